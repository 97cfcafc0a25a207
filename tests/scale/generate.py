#!/usr/bin/env python3
"""gerbang-generate, small: generate.py BIN_FOLDER

The same seed gives the same country; its import files are taken by `gerbang import` through the API; both engines
are filled with as many rows as it says, every product is one that the API would take, and a gateway serves it."""

import csv
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(ROOT / "tests/nodes")]
from deployment import Deployment, wait_for  # noqa: E402
from postgres import Postgres  # noqa: E402

# Of the country of seed 7.
SUM = "f9715fda31c1baff"
ORGANISATIONS, SKUS, CHANNELS = 5, 23, ("shopee", "lazada")
TABLES = {"organisations": ORGANISATIONS, "variants": ORGANISATIONS * SKUS, "shops": ORGANISATIONS * len(CHANNELS),
          "listings": ORGANISATIONS * SKUS * len(CHANNELS)}
# In the form of the Home Affairs' list: a province, a regency, a district, then villages and a kelurahan (1).
REGIONS = [("99", "PROVINSI CONTOH"), ("99.01", "KAB. CONTOH"), ("99.01.01", "Kecamatan"), ("99.01.01.2001", "Satu"),
           ("99.01.01.1002", "Kelurahan"), ("99.01.01.2003", "Dua, Tiga"), ("99.01.01.3004", "Adat")]


def generate(bins, *arguments, check=True):
    done = subprocess.run([str(bins / "gerbang-generate"), *map(str, arguments)], capture_output=True, text=True,
                          timeout=200)
    assert not check or done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
    return json.loads(done.stdout) if done.returncode == 0 else done


def same(bins, folder):
    """The sum of two runs; of one with another seed; of parts of it."""
    size = ("--organisations", ORGANISATIONS, "--skus", SKUS)
    first = generate(bins, "--write", folder / "a", *size, "--seed", 7)
    assert first["skus"] == ORGANISATIONS * SKUS, first
    assert generate(bins, "--write", folder / "b", *size, "--seed", 7) == first
    assert generate(bins, "--write", folder / "c", *size, "--seed", 8)["sum"] != first["sum"]
    generate(bins, "--write", folder / "d", "--first", 3, "--of", ORGANISATIONS, "--organisations", 2, "--skus", SKUS, "--seed", 7)
    for n in (3, 4):
        assert (folder / f"d/katalog-{n}.json").read_text() == (folder / f"a/katalog-{n}.json").read_text()
    texts = {(folder / f"a/katalog-{n}.json").read_text() for n in range(ORGANISATIONS)}
    assert len(texts) == ORGANISATIONS, "two enterprises sell the same"
    # What is here is what every machine gets: another sum means another country than the one that was measured.
    assert first["sum"].startswith(SUM), f"the country of seed 7 has changed: {first['sum']}"
    print("  one seed, one country")


def imported(bins, folder):
    """Through the API, whose checks the generator does not go through otherwise."""
    place = folder / "imported"
    place.mkdir()
    village = Deployment(place, bins)
    village.write_config()
    try:
        village.start_gateway()
        for n in range(2):
            village.found_village()
            village.cli("import", folder / f"a/katalog-{n}.json")
            skus = [v["sku"] for p in village.pages("/v1/products?limit=200") for v in p["variants"]]
            assert len(skus) == len(set(skus)) == SKUS, skus
            levels = list(village.pages("/v1/stock?limit=200"))
            assert levels and all(level["available"] > 0 for level in levels)
    finally:
        village.close()
    print("  `gerbang import` takes what it writes")


def counted(rows):
    got = {table: rows(f"SELECT count(*) FROM {table}") for table in TABLES}
    assert got == TABLES, (got, TABLES)
    assert rows("SELECT count(*) FROM work") == 0, "something waits for shops that were told everything"
    # Each is at the channel, under a name of its own.
    assert rows("SELECT count(*) FROM listings WHERE remote_variant LIKE 'R-%'") == TABLES["listings"]
    assert rows("SELECT count(*) FROM shops WHERE state = 'active'") == TABLES["shops"]


def filled(bins, folder, name, store, rows):
    place = folder / name
    place.mkdir()
    village = Deployment(place, bins)
    village.write_config()
    config = place / "gerbang.toml"
    config.write_text(config.read_text().replace('path = "gerbang.db"', store))
    regions = place / "regions.csv"
    with regions.open("w", newline="") as file:
        csv.writer(file).writerows(REGIONS)
    size = ("--skus", SKUS, "--channels", ",".join(CHANNELS), "--regions", regions, "--batch", 10, "--parallel", 3)
    said = generate(bins, "--config", config, "--organisations", 3, "--of", ORGANISATIONS, *size)
    assert said["listings"] == 3 * SKUS * len(CHANNELS), said
    said = generate(bins, "--config", config, "--first", 3, "--organisations", 2, "--of", ORGANISATIONS, *size)
    assert (said["organisations"], said["skus"]) == (2, 2 * SKUS), said
    counted(rows)
    village.start_gateway()
    try:
        found = village.admin("GET", "/admin/v1/organisations?limit=100")["data"]
        assert {o["name"] for o in found} == {"BUM Desa Satu", "BUM Desa Dua, Tiga", "BUM Desa Adat"}, found
        village.organisation = found[0]["id"]
        village.key = village.admin("POST", f"/admin/v1/organisations/{village.organisation}/keys", {"label": "test"})["key"]
        listings = list(village.pages("/v1/listings?limit=200"))
        assert len(listings) == SKUS * len(CHANNELS), len(listings)
        # A change is work for each shop, as with any catalogue.
        product = next(iter(village.pages("/v1/products?limit=10")))
        sku = product["variants"][0]["sku"]
        item = (product["variants"][0].get("components") or [{"item": sku}])[0]["item"]
        village.api("PUT", f"/v1/stock/{item}", {"on_hand": 0})
        wait_for("it is to be told to the shops", lambda: village.waiting() >= len(CHANNELS), 20)
    finally:
        village.close()
    print(f"  {name}: {said['listings']} of {TABLES['listings']} listings in the second part, served by a gateway")


def sqlite(folder):
    def rows(statement):
        with sqlite3.connect(f"file:{folder / 'sqlite/gerbang.db'}?mode=ro", uri=True) as db:
            return db.execute(statement).fetchone()[0]

    return rows


def main():
    bins = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="gerbang-generate-") as name:
        folder = pathlib.Path(name)
        same(bins, folder)
        imported(bins, folder)
        filled(bins, folder, "sqlite", 'path = "gerbang.db"', sqlite(folder))
        database = Postgres()
        try:
            filled(bins, folder, "postgres", f'address = "{database.address}"', lambda s: int(database.sql(s)))
        finally:
            database.close()
        refused = generate(bins, "--config", folder / "sqlite/gerbang.toml", "--regions", "/dev/null", check=False)
        assert refused.returncode == 1 and "regions_invalid" in refused.stderr, refused.stderr
        shutil.rmtree(folder / "a")
    print("generator: good")


if __name__ == "__main__":
    main()
