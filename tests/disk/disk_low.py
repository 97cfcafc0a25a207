#!/usr/bin/env python3
"""A nearly full disk: writes are refused with 503 and a reason, reads and health go on; when there is
room again, writes are taken. The real gateway, whose wish for free space is set above what there is.

    tests/disk/disk_low.py BUILD_FOLDER"""

import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from deployment import Deployment, Refused, request  # noqa: E402


def refused(call):
    try:
        call()
    except Refused as answer:
        return answer
    raise AssertionError("it was taken")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gerbang-disk-low-"))
    village = Deployment(folder, pathlib.Path(sys.argv[1]).resolve() / "bin")
    plain = folder / "gerbang.toml"
    try:
        village.write_config()
        village.start_gateway()
        village.found_village()
        village.api("PUT", "/v1/stock/BERAS", {"on_hand": 5})
        village.stop_gateway()

        roomy = plain.read_text()
        assert "[store]" in roomy
        more_than_there_is = 1024  # GiB, the most that may be asked for
        plain.write_text(roomy.replace("[store]", f'[store]\nmin_free = "{more_than_there_is}GiB"'))
        village._start("gateway", [village.bin / "gerbang", "serve", "--config", plain])
        from deployment import wait_for
        wait_for("the gateway answers", lambda: request("GET", village.url + "/healthz", timeout=2) or True, 20)
        for method, path, body in (("PUT", "/v1/stock/BERAS", {"on_hand": 9}),
                                   ("PUT", "/v1/prices/BERAS", {"amount": 1, "currency": "IDR"}),
                                   ("POST", "/v1/shops", {"channel": "sample", "name": "x"})):
            answer = refused(lambda: village.api(method, path, body))
            assert answer.status == 503 and answer.problem["code"] == "disk_low", answer
            assert answer.problem["title"] and answer.problem["remedy"], answer.problem
        assert village.api("GET", "/v1/stock/BERAS")["available"] == 5, "reads go on"
        assert refused(lambda: request("GET", village.url + "/readyz")).status == 503
        code, _ = village.stop_gateway()
        assert code == 0, code

        plain.write_text(roomy)
        village.start_gateway()
        assert village.api("PUT", "/v1/stock/BERAS", {"on_hand": 9})["available"] == 9
        print("proof: disk low: 3 rounds, 3 faults injected, 0 violations "
              "(writes refused with 503, reads and health went on, taken again with room)")
    finally:
        village.close()
        shutil.rmtree(folder, ignore_errors=True)


main()
