"""What clients of the gateway know: every write they made, and which of them was acknowledged.

Each kind of writer keeps its own books and can compare them with what the API shows. A write that
got no answer is unclear: it may have happened, once."""

import hashlib
import hmac
import http.client
import json
import random
import time
import urllib.parse


class Gone(Exception):
    """The connection ended without an answer: the gateway has died, or is about to."""


class Violation(AssertionError):
    pass


class Client:
    """One connection that stays open, as a village system's does."""

    def __init__(self, village, seconds=20):
        self.host = urllib.parse.urlsplit(village.url).netloc
        self.key, self.seconds, self.connection = village.key, seconds, None

    def call(self, method, path, body=None, headers=None, raw=None):
        """Status, headers and body; 503 (nothing happened) is asked again a while. Raises Gone."""
        payload = raw if raw is not None else None if body is None else json.dumps(body).encode()
        sent = {"Authorization": "Bearer " + self.key, **(headers or {})}
        if payload is not None:
            sent["Content-Type"] = "application/json"
        for _ in range(50):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(self.host, timeout=self.seconds)
                self.connection.request(method, path, payload, sent)
                answer = self.connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                raise Gone(str(error)) from None
            if answer.will_close:
                self.close()
            if answer.status == 503:
                time.sleep(0.02)
                continue
            try:
                return answer.status, answer.headers, json.loads(text) if text else None
            except ValueError:
                return answer.status, answer.headers, text
        raise Gone("503 again and again")

    def get(self, path):
        status, _, body = self.call("GET", path)
        if status != 200:
            raise Violation(f"GET {path} answered {status} {body}")
        return body

    def pages(self, path):
        cursor, joint = None, "&" if "?" in path else "?"
        while True:
            page = self.get(path + (f"{joint}cursor={urllib.parse.quote(cursor)}" if cursor else ""))
            yield from page["data"]
            cursor = page.get("next")
            if not cursor:
                return

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Writer:
    """One client with its books. step() makes one write; check() compares."""

    acknowledged = 0
    repeats = 0

    def __init__(self, village, name, seed):
        self.village, self.name = village, name
        self.random = random.Random(f"{seed}/{name}")

    def begin_round(self, number):
        pass

    def must(self, status, wanted, body, what):
        if status not in wanted:
            raise Violation(f"{what} answered {status} {body}")


class Counts(Writer):
    """Counts an item up, without keys: the stored count is the last acknowledged or a later one."""

    def __init__(self, village, name, seed):
        super().__init__(village, name, seed)
        self.item = f"HITUNG-{name}"
        self.good = self.tried = 0

    def step(self, client):
        self.tried += 1
        status, _, body = client.call("PUT", f"/v1/stock/{self.item}", {"on_hand": self.tried})
        self.must(status, (200,), body, "a count")
        if body["levels"][0]["on_hand"] != self.tried:
            raise Violation(f"{self.item}: counted {self.tried}, answered {body}")
        self.good = self.tried
        self.acknowledged += 1

    def check(self, client):
        if not self.good:
            return
        stored = client.get(f"/v1/stock/{self.item}")["levels"][0]["on_hand"]
        if not self.good <= stored <= self.tried:
            raise Violation(f"{self.item}: acknowledged {self.good}, tried {self.tried}, stored {stored}")


class Movements(Writer):
    """Goods that come in, each with an Idempotency-Key, repeated until it is acknowledged and now
    and then once more: one entry in the ledger per key, and the sum of the entries on hand."""

    def __init__(self, village, name, seed):
        super().__init__(village, name, seed)
        self.books = {}  # item -> {reference: [quantity, answer or None]}
        self.item, self.open = None, None

    def begin_round(self, number):
        self.item = f"GERAK-{self.name}-{number}"

    def post(self, client, item, reference, quantity):
        return client.call("POST", f"/v1/stock/{item}/movements",
                           {"quantity": quantity, "reason": "received", "reference": reference},
                           {"Idempotency-Key": "kunci-" + reference})

    def step(self, client):
        book = self.books.setdefault(self.item, {})
        done = [r for r in book if book[r][1] is not None]
        if not self.open and done and self.random.random() < 0.25:
            return self.repeat(client, self.item, self.random.choice(done))
        if not self.open:
            reference = f"{self.item}-{len(book)}"
            self.open = (self.item, reference, self.random.randint(1, 9))
            book[reference] = [self.open[2], None]
        item, reference, quantity = self.open
        status, _, body = self.post(client, item, reference, quantity)
        self.must(status, (200,), body, "a movement")
        self.books[item][reference][1] = body
        self.open = None
        self.acknowledged += 1

    def repeat(self, client, item, reference):
        quantity, answer = self.books[item][reference]
        status, headers, body = self.post(client, item, reference, quantity)
        if (status, body) != (200, answer) or headers.get("Idempotency-Replayed") != "true":
            raise Violation(f"{reference} repeated: {status} {body}, was {answer}")
        status, _, body = self.post(client, item, reference, quantity + 1)
        self.must(status, (422,), body, "a used key with another body")
        self.repeats += 1

    def check(self, client, items=None):
        for item in items if items is not None else list(self.books)[-2:]:
            book = self.books[item]
            if not any(answer for _, answer in book.values()) and \
                    client.call("GET", f"/v1/stock/{item}")[0] == 404:
                continue  # nothing was acknowledged and nothing happened
            entries = list(client.pages(f"/v1/stock/{item}/movements?limit=200"))
            found = {}
            for entry in entries:
                if entry["reference"] in found:
                    raise Violation(f"{entry['reference']} is in the ledger twice")
                found[entry["reference"]] = entry["on_hand_change"]
            for reference, (quantity, answer) in book.items():
                if answer is not None and reference not in found:
                    raise Violation(f"{reference} was acknowledged and is not in the ledger")
                if found.get(reference, quantity) != quantity:
                    raise Violation(f"{reference}: {found[reference]}, should {quantity}")
            if set(found) - set(book):
                raise Violation(f"{item}: nobody made {set(found) - set(book)}")
            if found:
                level = client.get(f"/v1/stock/{item}")["levels"][0]
                if level["on_hand"] != sum(found.values()):
                    raise Violation(f"{item}: {level['on_hand']} on hand, the ledger says {sum(found.values())}")
            done = [r for r in book if book[r][1] is not None]
            if done:
                self.repeat(client, item, done[-1])

    def check_all(self, client):
        self.check(client, [i for i in self.books if self.books[i]])


class Products(Writer):
    """Replaces a product by its next version, whole; some of them are new products. A long text, so
    that the log fills and checkpoints come."""

    def __init__(self, village, name, seed, template):
        super().__init__(village, name, seed)
        self.template, self.books, self.made, self.steps = template, {}, 0, 0
        self.wanted = 40  # new products, in all

    def document(self, code, version):
        text = json.loads(json.dumps(self.template))
        text["title"]["id"] = f"Kopi Uji {code} versi {version}"
        text["description"]["id"] = f"Versi {version}. " + "Kopi dari desa. " * 150
        text["variants"][0]["sku"] = code
        text["variants"][0]["price"] = {"amount": 10000 + version, "currency": "IDR"}
        return text

    def step(self, client):
        self.steps += 1
        if self.steps % 12 == 1 and self.made < self.wanted:
            self.made += 1
            self.books[f"{self.name}-{self.made}"] = [0, 0]
        code = self.random.choice(list(self.books)[-4:])
        book = self.books[code]
        book[1] += 1
        status, _, body = client.call("PUT", f"/v1/products/{code}", self.document(code, book[1]))
        self.must(status, (200, 201), body, "a product")
        book[0] = book[1]
        self.acknowledged += 1

    def version(self, client, code):
        status, _, body = client.call("GET", f"/v1/products/{code}")
        if status == 404:
            return 0
        self.must(status, (200,), body, "reading a product")
        return int(body["title"]["id"].rsplit(" ", 1)[1])

    def check(self, client, codes=None):
        for code in codes if codes is not None else list(self.books)[-5:]:
            good, tried = self.books[code]
            stored = self.version(client, code)
            if not good <= stored <= tried:
                raise Violation(f"{code}: acknowledged version {good}, tried {tried}, stored {stored}")

    def check_all(self, client):
        self.check(client, self.books)


class Prices(Writer):
    """The price of a SKU that a shop sells, going up."""

    def __init__(self, village, name, seed, sku):
        super().__init__(village, name, seed)
        self.sku, self.good, self.tried = sku, 20000, 20000

    def step(self, client):
        self.tried += 1
        status, _, body = client.call("PUT", f"/v1/prices/{self.sku}",
                                      {"amount": self.tried, "currency": "IDR"})
        self.must(status, (200,), body, "a price")
        self.good = self.tried
        self.acknowledged += 1

    def check(self, client):
        stored = client.get(f"/v1/prices/{self.sku}")["amount"]
        if not self.good <= stored <= self.tried:
            raise Violation(f"{self.sku}: acknowledged {self.good}, tried {self.tried}, stored {stored}")


class Orders(Writer):
    """Buys in the shop and tells the gateway by a signed webhook, until it says 200, and never again
    (now and then twice). The shop's own webhooks and its order list are switched off meanwhile: an
    order gets in by the acknowledged webhook or not at all."""

    def __init__(self, village, name, seed, sku, push_key):
        super().__init__(village, name, seed)
        self.sku, self.push_key, self.open = sku, push_key.encode(), None
        self.bought, self.told = [], set()

    def push(self, client, number):
        shop = self.village.shops["shopee"]["remote"]
        body = json.dumps({"msg_id": f"uji-{number}", "code": 3, "shop_id": int(shop), "timestamp": int(time.time()),
                           "data": {"ordersn": number, "status": "READY_TO_SHIP"}}).encode()
        url = self.village.url + "/hooks/shopee"
        signature = hmac.new(self.push_key, url.encode() + b"|" + body, hashlib.sha256).hexdigest()
        status, _, text = client.call("POST", "/hooks/shopee", raw=body, headers={"Authorization": signature})
        self.must(status, (200,), text, "a webhook")

    def step(self, client):
        if self.open is None:
            self.open = self.village.buy("shopee", self.sku, 1)
            self.bought.append(self.open)
        self.push(client, self.open)
        self.told.add(self.open)
        self.acknowledged += 1
        if self.random.random() < 0.2:
            self.push(client, self.random.choice(sorted(self.told)))
            self.repeats += 1
        self.open = None
        time.sleep(0.03)  # a shop sells less often than a village counts

    def check(self, client, seconds=30):
        end = time.monotonic() + seconds
        while True:
            orders = list(client.pages("/v1/orders?limit=200"))
            numbers = [o["external_id"] for o in orders]
            if len(numbers) != len(set(numbers)):
                raise Violation("an order is there twice")
            if set(numbers) - set(self.bought):
                raise Violation(f"nobody placed {set(numbers) - set(self.bought)}")
            missing = self.told - set(numbers)
            held = sum(o["lines"][0]["quantity"] for o in orders if o["status"] != "cancelled")
            level = client.get(f"/v1/stock/{self.sku}")["levels"][0]
            if not missing and level["reserved"] == held:
                return
            if time.monotonic() > end:
                raise Violation(f"webhooks were acknowledged for {sorted(missing)[:5]}; "
                                f"{level['reserved']} reserved, the orders hold {held}")
            time.sleep(0.1)
