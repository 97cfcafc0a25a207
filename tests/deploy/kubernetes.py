#!/usr/bin/env python3
"""deploy/kubernetes: kubernetes.py BIN_FOLDER

The manifests and the overlay of the README are rendered by `kubectl kustomize`, which needs no cluster, and what
comes out is looked at: fields that the objects know, names that meet, probes and times that the gateway has, the
rules of the level "restricted", a configuration that the program takes. Not run: a cluster."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from documents import documents, reader  # noqa: E402

FOLDER = ROOT / "deploy/kubernetes"
SECRETS = {"master.key", "admin.key", "database.password", "database-ca.crt"}

# The fields of these objects that are used, from the API's reference: an unknown one is a misspelt one, and the
# server would leave it out in silence. "*": names of one's own. [..]: a list of these.
WORD = object()
LABELS = {"*": WORD}
SELECTOR = {"matchLabels": LABELS}
META = {"name": WORD, "namespace": WORD, "labels": LABELS, "annotations": LABELS}
TOP = {"apiVersion": WORD, "kind": WORD, "metadata": META}
PROBE = {"httpGet": {"path": WORD, "port": WORD}, "periodSeconds": WORD, "timeoutSeconds": WORD, "failureThreshold": WORD}
CONTAINER = {
    "name": WORD, "image": WORD, "imagePullPolicy": WORD, "args": [WORD],
    "ports": [{"name": WORD, "containerPort": WORD, "protocol": WORD}], "startupProbe": PROBE, "livenessProbe": PROBE,
    "readinessProbe": PROBE, "lifecycle": {"preStop": {"exec": {"command": [WORD]}}},
    "resources": {"requests": LABELS, "limits": LABELS},
    "securityContext": {"allowPrivilegeEscalation": WORD, "readOnlyRootFilesystem": WORD, "capabilities": {"drop": [WORD]}},
    "volumeMounts": [{"name": WORD, "mountPath": WORD, "subPath": WORD, "readOnly": WORD}]}
POD = {
    "serviceAccountName": WORD, "automountServiceAccountToken": WORD, "enableServiceLinks": WORD,
    "terminationGracePeriodSeconds": WORD,
    "securityContext": {"runAsNonRoot": WORD, "runAsUser": WORD, "runAsGroup": WORD, "fsGroup": WORD,
                        "seccompProfile": {"type": WORD}},
    "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
        {"weight": WORD, "podAffinityTerm": {"topologyKey": WORD, "labelSelector": SELECTOR}}]}},
    "topologySpreadConstraints": [
        {"maxSkew": WORD, "topologyKey": WORD, "whenUnsatisfiable": WORD, "labelSelector": SELECTOR}],
    "containers": [CONTAINER],
    "volumes": [{"name": WORD, "configMap": {"name": WORD}, "secret": {"secretName": WORD, "defaultMode": WORD},
                 "emptyDir": {"sizeLimit": WORD}}]}
PEER = {"namespaceSelector": SELECTOR, "ipBlock": {"cidr": WORD, "except": [WORD]}}
PORTS = [{"port": WORD, "protocol": WORD}]
FIELDS = {
    ("v1", "Namespace"): TOP,
    ("v1", "ServiceAccount"): {**TOP, "automountServiceAccountToken": WORD},
    ("v1", "ConfigMap"): {**TOP, "data": LABELS},
    ("v1", "Service"): {**TOP, "spec": {"selector": LABELS, "ports": [
        {"name": WORD, "port": WORD, "targetPort": WORD, "protocol": WORD}]}},
    ("apps/v1", "Deployment"): {**TOP, "spec": {
        "replicas": WORD, "revisionHistoryLimit": WORD, "selector": SELECTOR,
        "strategy": {"type": WORD, "rollingUpdate": {"maxSurge": WORD, "maxUnavailable": WORD}},
        "template": {"metadata": META, "spec": POD}}},
    ("policy/v1", "PodDisruptionBudget"): {**TOP, "spec": {"maxUnavailable": WORD, "selector": SELECTOR}},
    ("networking.k8s.io/v1", "NetworkPolicy"): {**TOP, "spec": {
        "podSelector": SELECTOR, "policyTypes": [WORD], "ingress": [{"from": [PEER], "ports": PORTS}],
        "egress": [{"to": [PEER], "ports": PORTS}]}},
    ("networking.k8s.io/v1", "Ingress"): {**TOP, "spec": {
        "tls": [{"hosts": [WORD], "secretName": WORD}],
        "rules": [{"host": WORD, "http": {"paths": [{"path": WORD, "pathType": WORD, "backend": {
            "service": {"name": WORD, "port": {"name": WORD}}}}]}}]}},
    ("monitoring.coreos.com/v1", "PodMonitor"): {**TOP, "spec": {
        "jobLabel": WORD, "selector": SELECTOR, "podMetricsEndpoints": [
            {"port": WORD, "path": WORD, "interval": WORD,
             "authorization": {"type": WORD, "credentials": {"name": WORD, "key": WORD}}}]}},
}


def unknown(value, fields, where):
    """What is there and should not be."""
    if fields is WORD:
        return [] if isinstance(value, (str, int, bool)) else [f"{where} is no word"]
    if isinstance(fields, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [p for n, v in enumerate(value) for p in unknown(v, fields[0], f"{where}[{n}]")]
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    out = []
    for key, inner in value.items():
        of = fields.get(key, fields.get("*"))
        out += [f"{where} has no field {key}"] if of is None else unknown(inner, of, f"{where}.{key}")
    return out


def render(folder):
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    objects = {}
    for document in documents(done.stdout):
        key = (document["apiVersion"], document["kind"])
        assert key in FIELDS, f"what is a {key}?"
        problems = unknown(document, FIELDS[key], document["kind"])
        assert not problems, problems
        assert document["kind"] not in objects, f"two objects of kind {document['kind']}"
        assert document["kind"] == "Namespace" or document["metadata"]["namespace"] == "gerbang"
        objects[document["kind"]] = document
    return objects


def meet(objects):
    """Names, labels, ports of one object that another one has to have."""
    spec = objects["Deployment"]["spec"]
    pod, labels = spec["template"]["spec"], spec["template"]["metadata"]["labels"]
    container = pod["containers"][0]

    def chooses(selector):
        assert selector and selector.items() <= labels.items(), f"{selector} chooses no pod"

    chooses(spec["selector"]["matchLabels"])
    chooses(objects["Service"]["spec"]["selector"])
    chooses(objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"])
    chooses(objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"])
    term = pod["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"][0]["podAffinityTerm"]
    chooses(term["labelSelector"]["matchLabels"])
    for spread in pod["topologySpreadConstraints"]:
        chooses(spread["labelSelector"]["matchLabels"])
    assert pod["serviceAccountName"] == objects["ServiceAccount"]["metadata"]["name"]
    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    service = objects["Service"]["spec"]["ports"]
    assert all(p["targetPort"] in ports for p in service)
    backend = objects["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == objects["Service"]["metadata"]["name"]
    assert backend["port"]["name"] in {p["name"] for p in service}
    assert objects["Ingress"]["spec"]["tls"][0]["hosts"] == [objects["Ingress"]["spec"]["rules"][0]["host"]]
    assert all(p["port"] in ports for rule in objects["NetworkPolicy"]["spec"]["ingress"] for p in rule["ports"])
    volumes = {v["name"]: v for v in pod["volumes"]}
    mounts = {m["name"]: m for m in container["volumeMounts"]}
    assert set(volumes) == set(mounts), "a volume that nobody mounts, or the other way round"
    config = objects["ConfigMap"]
    assert volumes["config"]["configMap"]["name"] == config["metadata"]["name"] != "gerbang", "no sum in its name"
    assert mounts["config"]["subPath"] in config["data"] and mounts["config"]["mountPath"] in container["args"]
    # 1.21 is the first that has policy/v1; with 3 pods one may always be missing.
    assert spec["replicas"] >= 3 > objects["PodDisruptionBudget"]["spec"]["maxUnavailable"] >= 1
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    return container, pod


def promises(container, pod):
    """What goes with the program: its paths, its user, its times."""
    known = set(re.findall(r'page\("(/\w+)"', (ROOT / "gateway/api/system.cpp").read_text()))
    file = (ROOT / "deploy/container/Containerfile").read_text()
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    ports = {p["name"] for p in container["ports"]}
    assert all(p["path"] in known and p["port"] in ports for p in probes.values()), probes
    assert probes["readinessProbe"]["path"] == "/readyz"
    assert probes["livenessProbe"]["path"] == "/healthz", "a database that is down would have all pods restarted"
    user = int(re.search(r"--uid (\d+)", file)[1])
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == user
    assert container["args"][0] == "serve" and 'ENTRYPOINT ["/usr/local/bin/gerbang"]' in file
    assert f'VOLUME {container["volumeMounts"][-1]["mountPath"]}' in file
    grace = int(re.search(r"#shutdown_grace = \"(\d+)s\"", (ROOT / "config/gerbang.example.toml").read_text())[1])
    sleep = container["lifecycle"]["preStop"]["exec"]["command"]
    assert sleep[0] == "/bin/sleep"
    assert pod["terminationGracePeriodSeconds"] >= int(sleep[1]) + grace + 10, "killed before it could hand its shops over"
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 300, "a long migration would be killed"


def restricted(container, pod, objects):
    """The level of Pod Security "restricted" (v1.29), and a little more."""
    assert objects["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    inside = container["securityContext"]
    assert inside["allowPrivilegeEscalation"] is False and inside["capabilities"] == {"drop": ["ALL"]}
    assert inside["readOnlyRootFilesystem"] is True and pod["automountServiceAccountToken"] is False
    assert objects["ServiceAccount"]["automountServiceAccountToken"] is False
    assert all(set(v) - {"name"} <= {"configMap", "secret", "emptyDir"} for v in pod["volumes"])
    assert {"memory", "ephemeral-storage"} <= set(container["resources"]["limits"])
    writable = [m["name"] for m in container["volumeMounts"] if not m.get("readOnly")]
    assert writable == ["state"], writable
    policy = objects["NetworkPolicy"]["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert all(rule.get("to") and rule.get("ports") for rule in policy["egress"])
    assert all(rule.get("from") and rule.get("ports") for rule in policy["ingress"])
    outside = [b["ipBlock"] for rule in policy["egress"] for b in rule["to"] if "ipBlock" in b]
    assert all("169.254.0.0/16" in b["except"] for b in outside if b["cidr"] == "0.0.0.0/0"), "the machines' own metadata"


def configuration(objects, folder, bins):
    """The program takes it. What it reads from the Secret is made here."""
    text = objects["ConfigMap"]["data"]["gerbang.toml"]
    config = tomllib.loads(text)
    mounted = next(m for m in objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
                   if m["name"] == "secrets")["mountPath"]
    named = {p.removeprefix(mounted + "/") for p in re.findall(rf"{mounted}/[\w.-]+", re.sub(r"(?m)^#.*$", "", text))}
    assert named <= SECRETS, named
    readme = (FOLDER / "README.md").read_text()
    assert SECRETS == set(re.findall(r"--from-file=([\w.-]+)", readme)), "the page makes other secrets"
    ports = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert config["server"]["port"] == ports[0]["containerPort"] and config["server"]["address"] == "0.0.0.0"
    assert config["server"]["public_url"] == "https://" + objects["Ingress"]["spec"]["rules"][0]["host"]
    assert "path" not in config["store"] and "sslmode=verify-full" in config["store"]["address"]
    secrets = folder / "secrets"
    secrets.mkdir()
    for name in SECRETS:
        (secrets / name).write_text("ab" * 32 + "\n")
    path = folder / "gerbang.toml"

    def check(said):
        path.write_text(said.replace(mounted, str(secrets)))
        return subprocess.run([str(bins / "gerbang"), "check-config", "--config", str(path)], capture_output=True,
                              text=True, timeout=60)

    done = check(text)
    assert done.returncode == 0, done.stdout + done.stderr
    assert check(text.replace("password_file", "pasword_file")).returncode != 0, "a misspelt setting was not noticed"


def monitoring():
    monitor = render(FOLDER / "monitoring")["PodMonitor"]
    endpoint = monitor["spec"]["podMetricsEndpoints"][0]
    assert endpoint["authorization"]["credentials"]["key"] in SECRETS and endpoint["path"] == "/metrics"
    return monitor


def overlay(folder):
    """The one that the README shows, beside our folder as there."""
    block, host = re.findall(r"```yaml\n(.*?)```", (FOLDER / "README.md").read_text(), re.S)
    assert "../gerbang/deploy/kubernetes" in block
    shutil.copytree(FOLDER, folder / "gerbang/deploy/kubernetes")
    place = folder / "office"
    place.mkdir()
    said = subprocess.run(["kubectl", "version", "--client"], capture_output=True, text=True).stdout
    if re.search(r'v1\.(1\d|20)\.', said):  # as Debian 12 has it: kustomize 2, where folders stand apart
        block = block.replace("resources:", "bases:")
    (place / "kustomization.yaml").write_text(block)
    (place / "host.yaml").write_text(host)
    text = (FOLDER / "gerbang.toml").read_text().replace("https://gerbang.example", "https://toko.kabupaten.example")
    (place / "gerbang.toml").write_text(text)
    objects = render(place)
    container, _ = meet(objects)
    assert container["image"] == "registry.gerbang.example/gerbang:1.0.0"
    assert objects["Ingress"]["spec"]["rules"][0]["host"] == "toko.kabupaten.example"
    assert objects["ConfigMap"]["data"]["gerbang.toml"] == text
    return objects


def misspelt(folder):
    """What a server would swallow is noticed here."""
    for number, (file, good, bad) in enumerate((
            ("deployment.yaml", "readinessProbe:", "readynessProbe:"), ("deployment.yaml", "readOnlyRootFilesystem", "readOnlyRootFileSystem"),
            ("disruption.yaml", "maxUnavailable", "maxUnavailabel"), ("network.yaml", "policyTypes", "policyType"))):
        place = folder / f"misspelt-{number}"
        shutil.copytree(FOLDER, place)
        assert good in (place / file).read_text()
        (place / file).write_text((place / file).read_text().replace(good, bad, 1))
        try:
            render(place)
        except AssertionError as error:
            assert "has no field" in str(error), error
            continue
        raise AssertionError(f"{bad} was not noticed")


def main():
    if not shutil.which("kubectl") or not reader():
        print("NOT LOOKED AT: kubectl (Debian package kubernetes-client) or a Python with yaml (python3-yaml) is not here")
        return 77
    bins = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="gerbang-kubernetes-") as name:
        folder = pathlib.Path(name)
        objects = render(FOLDER)
        assert set(objects) == {"Namespace", "ServiceAccount", "ConfigMap", "Deployment", "PodDisruptionBudget",
                                "Service", "Ingress", "NetworkPolicy"}
        container, pod = meet(objects)
        promises(container, pod)
        restricted(container, pod, objects)
        configuration(objects, folder, bins)
        print(f"  {len(objects)} objects: names, ports, probes, times and rights; the program takes the configuration")
        label = monitoring()["spec"]["selector"]["matchLabels"]
        assert label.items() <= objects["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
        assert label == {monitoring()["spec"]["jobLabel"]: "gerbang"}, "the alerts ask for the job gerbang"
        overlay(folder)
        print("  the overlay of the page, and what Prometheus' operator is told")
        misspelt(folder)
    print("Kubernetes: good as far as it was looked at")
    return 0


if __name__ == "__main__":
    sys.exit(main())
