"""Plants known bugs and checks that the named proof fails. See README.md for the table."""
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from runner import CAUGHT, Mutation, Progress, Tree, run

ROOT = Path(__file__).resolve().parents[2]

STORE = ("store_sqlite_test", "core/store/sqlite/store_sqlite_test")
POLICY = ("policy_test", "core/policy/policy_test")
BASE = ("base_test", "core/base/base_test")
CONNECTOR = ("connector_test", "core/connector/connector_test")
ENGINE = ("engine_test", "tests/engine/engine_test")

# number, invariant of RELIABILITY section 1, the bug, file, the line, its mutation, where the proof
# lives, the proof.
MUTATIONS = [
    Mutation("1.1", "Acknowledged is durable", "a failed commit is answered as a success",
             "core/store/sqlite/writer.cpp",
             "r.write->finish(r.fault ? r.fault : failure);",
             "r.write->finish(r.fault);",
             STORE, "WriterTest.*"),
    Mutation("1.2", "Acknowledged is durable", "commits are not synced",
             "core/store/sqlite/database.cpp",
             "PRAGMA synchronous=FULL;", "PRAGMA synchronous=OFF;",
             STORE, "*DiskSweep.*/sync_lost:*DiskSweep.*/sync"),
    Mutation("2.1", "One effect per intent", "another body under a used key gets the old answer",
             "core/store/sqlite/organisations.cpp",
             "if (row.text(0) != fingerprint)",
             "if (row.text(0) != fingerprint && fingerprint.empty())",
             STORE, "*StoreContract.one_effect_per_intent*"),
    Mutation("2.2", "One effect per intent", "the record of a key is never found",
             "core/store/sqlite/organisations.cpp",
             "if (!row.step()) return std::optional<StoredReply>();",
             "row.step(); return std::optional<StoredReply>();",
             STORE, "*StoreContract.one_effect_per_intent*"),
    Mutation("2.3", "One effect per intent", "a shop under review is published to",
             "core/store/sqlite/settle.cpp",
             "if (find_review(db_, shop.id).holds_publishing())",
             "if (shop.id.empty())",
             STORE, "*ReviewContract.nothing_is_due_in_an_adopted_shop_*"),
    Mutation("2.4", "One effect per intent", "creates are taken while listings are reviewed",
             "core/store/sqlite/engine_queries.cpp",
             "const bool held = find_review(db_, query.shop).holds_publishing();",
             "const bool held = query.shop.empty();",
             STORE, "*ReviewContract.nothing_is_due_in_an_adopted_shop_*"),
    Mutation("2.5", "One effect per intent", "a variant is linked to a second listing",
             "core/store/sqlite/links.cpp",
             "  if (ours->published)\n    return at_sku(",
             "  if (ours->published && sku.empty())\n    return at_sku(",
             STORE, "*ReviewContract.two_variants_of_one_listing_*"),
    Mutation("3.1", "An order is applied exactly once", "a cancelled order comes back to life",
             "core/store/sqlite/orders.cpp",
             "if (may_follow(order.status, remote.status)) update(order.status, remote.status);",
             "update(order.status, remote.status);",
             STORE, "Orders.cancellation_that_arrives_first_wins:Orders.older_news_*"),
    Mutation("3.2", "An order is applied exactly once", "an older answer overwrites a newer one",
             "core/store/sqlite/orders.cpp",
             "if (stored && remote.updated_at < stored->remote_updated_at)",
             "if (stored && remote.updated_at == TimePoint::min())",
             STORE, "Orders.*:StockModel.*"),
    Mutation("3.3", "An order is applied exactly once",
             "a webhook that comes during the fetch is swallowed by it",
             "core/store/sqlite/order_work.cpp",
             '''"DELETE FROM work WHERE shop = ?1 AND aspect = 'order_fetch' AND subject = ?2"
         " AND revision = ?3")''',
             '''"DELETE FROM work WHERE shop = ?1 AND aspect = 'order_fetch' AND subject = ?2"
         " AND ?3 = ?3")''',
             STORE, "Inbox.*:Orders.fetch_that_was_asked_for_again_meanwhile_stays"),
    Mutation("4.1", "Stock", "what is reserved is given away a second time",
             "core/store/reservations.cpp",
             "return std::max<Quantity>(0, level.on_hand - level.reserved);",
             "return std::max<Quantity>(0, level.on_hand);",
             STORE, "Orders.ten_kilograms_*:Orders.hamper_*"),
    Mutation("4.2", "Stock", "the shop's buffer is offered too",
             "core/store/product_rules.cpp",
             "sellable - shop.buffer)", "sellable)",
             STORE, "*StoreContract.a_shop_offers_its_share_and_never_its_buffer*"),
    Mutation("5.1", "No stale overwrite", "work is cleared without comparing its revision",
             "core/store/sqlite/settle.cpp",
             '" AND revision = ?4 RETURNING revision")',
             '" AND ?4 = ?4 RETURNING revision")',
             STORE, "Settle.newer_revision_survives_the_answer_to_an_older_one"),
    Mutation("5.2", "No stale overwrite", "a lost request is not waited out",
             "core/policy/disposition.cpp",
             "if (may_have_arrived(error)) wait = std::max(wait, limits.wait_out);", "",
             POLICY, "Disposition.a_lost_answer_is_waited_out_*"),
    Mutation("5.3", "No stale overwrite", "a newer value does not wait for a lost request",
             "core/store/sqlite/marking.cpp",
             "THEN min(due_at, excluded.due_at + ?9)", "THEN min(excluded.due_at, excluded.due_at + ?9)",
             STORE, "Settle.newer_value_waits_as_long_as_*"),
    Mutation("6.1", "Convergence", "the shop that sold is never told again",
             "core/store/sqlite/order_counters.cpp",
             "if (same && !our_value_may_have_arrived(", "if (same || !our_value_may_have_arrived(",
             STORE, "Orders.listing_that_sold_is_told_*:Counters.*"),
    Mutation("6.2", "Convergence", "a product withdrawn during its publication stays on offer",
             "core/store/sqlite/settle.cpp",
             "if (first && !wanted) mark(", "if (first && wanted) mark(",
             STORE, "Settle.product_withdrawn_while_it_was_published_is_taken_off_again"),
    Mutation("6.3", "Convergence", "nobody looks for a create that was withdrawn unsettled",
             "core/sync/lane_listings.cpp",
             "const bool only_look = view && !view->wanted &&",
             "const bool only_look = view && view->wanted && !view->wanted &&",
             ENGINE, "Publishing.AProductWithdrawnWhileItsCreateIsUnsettledIsFoundAndTakenOff"),
    Mutation("7.1", "One token refresh", "a later pair of tokens is overwritten by an earlier one",
             "core/store/sqlite/shops.cpp",
             "if (shop.token_version != script.expected_version)",
             "if (shop.token_version < script.expected_version)",
             STORE, "*StoreContract.one_refresh_wins_and_the_other_is_told*"),
    Mutation("7.2", "One token refresh", "each refused call makes a new pair",
             "core/sync/tokens.cpp",
             "constexpr Duration kYoung = std::chrono::minutes(10);",
             "constexpr Duration kYoung = std::chrono::minutes(0);",
             ENGINE, "Races.ANewTokenThatIsRefusedIsNotThrownAwayForAnother"),
    Mutation("8.1", "Tenant walls", "a foreign shop is found",
             "core/store/sqlite/rows.cpp",
             "if (organisation.empty() || organisation == found.shop.organisation) return found;",
             "if (organisation.empty() || !found.shop.organisation.empty()) return found;",
             STORE, "*StoreContract.another_organisation_finds_nothing_and_changes_nothing*"),
    Mutation("8.2", "Tenant walls", "a foreign order is found",
             "core/store/sqlite/rows.cpp",
             "if (!row.step() || (!organisation.empty() && organisation != row.text(0)))",
             "if (!row.step() || (!organisation.empty() && row.text(0).empty()))",
             STORE, "Orders.other_organisations_orders_are_not_there:*StoreContract.another_*"),
    Mutation("9.1", "Secrets and buyers' data", "a token that the channel echoes reaches the error",
             "core/connector/redact.cpp",
             "{&ctx.access_token, &ctx.refresh_token, &ctx.app.secret,\n",
             "{&ctx.refresh_token, &ctx.app.secret,\n",
             CONNECTOR, "Redacted.*"),
    Mutation("9.2", "Secrets and buyers' data", "signatures stand in logged addresses",
             "core/base/url.cpp",
             'return std::string(url.substr(0, url.find_first_of("?#")));',
             'return std::string(url.substr(0, url.find_first_of("#")));',
             BASE, "LoggableUrl.*"),
    Mutation("9.3", "Secrets and buyers' data", "an ended order keeps its buyer",
             "core/store/sqlite/orders.cpp",
             "if (!remote.buyer.empty() && !ends(order.status))",
             "if (!remote.buyer.empty() && (true || !ends(order.status)))",
             STORE, "Orders.buyers_data_is_sealed_and_not_kept_for_an_ended_order"),
    Mutation("10.1", "Bounded everything", "JSON may be as deep as it likes",
             "core/base/json.cpp",
             "if (stack_.size() >= limits_.depth) {", "if (stack_.size() > 1'000'000) {",
             BASE, "JsonGuard.*:*JsonGuardRefuses.*"),
    Mutation("10.2", "Bounded everything", "the writer's queue has no end",
             "core/store/sqlite/sqlite_store.cpp",
             "} else if (writes_.size() >= options_.max_queued) {",
             "} else if (writes_.size() >= 1'000'000'000) {",
             STORE, "SqliteStoreTest.more_than_the_queue_holds_is_refused"),
    Mutation("11.1", "Isolation", "a failed script leaves its half in the group",
             "core/store/sqlite/writer.cpp",
             'if (!good) db_->query("ROLLBACK TO script").run();', "",
             STORE, "WriterTest.a_failing_script_is_rolled_back_alone"),
    Mutation("11.2", "Isolation", "urgent work starves the rest",
             "core/policy/priority.cpp",
             "constexpr int kUrgentTurns = 4;", "constexpr int kUrgentTurns = 1'000'000;",
             POLICY, "Turns.*"),
    Mutation("12.1", "Nothing is dropped silently", "a later attempt hides why work is parked",
             "core/store/sqlite/settle.cpp",
             "if (s.next != Settlement::Next::park) {", "if (s.attempt.outcome.empty()) {",
             STORE, "Settle.parked_work_shows_its_reason_*:Settle.what_another_aspect_meets_*"),
    Mutation("12.2", "Nothing is dropped silently", "an order that is not there is forgotten",
             "core/store/sqlite/orders.cpp",
             'park_fetch(shop.id, id, *revision, "order_not_found");',
             "finish_fetch(shop.id, id, *revision);",
             STORE, "Orders.order_that_is_not_there_is_parked_with_its_reason"),
    Mutation("12.3", "Nothing is dropped silently", "webhooks that were never applied are deleted",
             "core/store/sqlite/inbox.cpp",
             "\" AND (applied_at IS NOT NULL OR shop = '') LIMIT ?2)\"",
             '" LIMIT ?2)"',
             STORE, "Inbox.history_is_trimmed_by_age_and_what_is_not_applied_stays"),
]


def say(text):
    print(text, flush=True)


def main(arguments):
    wanted = [a for a in arguments if not a.startswith("--")]
    chosen = [m for m in MUTATIONS if not wanted or m.number in wanted]
    if "--list" in arguments:
        for m in MUTATIONS:
            say(f"{m.number:5} {m.invariant}: {m.what}  [{m.file}]")
        return 0
    if not chosen:
        say("no such mutation")
        return 2
    if "--check" in arguments:
        return check(chosen)
    keep = os.environ.get("MUTATIONS_KEEP")
    path = Path(keep) if keep else Path(tempfile.mkdtemp(prefix="gerbang-mutations-"))
    path.mkdir(parents=True, exist_ok=True)
    noted = os.environ.get("MUTATIONS_PROGRESS") or (keep and keep.rstrip("/") + ".progress")
    try:
        verdicts = run(Tree(ROOT, path), chosen, Progress(Path(noted) if noted else None), say)
    finally:
        if not keep:
            shutil.rmtree(path, ignore_errors=True)
    return 0 if all(v.kind == CAUGHT for v in verdicts.values()) else 1


def check(chosen):
    moved = 0
    for m in chosen:
        path = ROOT / m.file
        times = path.read_text().count(m.old) if path.is_file() else 0
        if times != 1:
            moved += 1
            say(f"{m.number}: its line is {times} times in {m.file}: mend the mutation")
    say(f"{len(chosen) - moved} of {len(chosen)} mutations apply")
    return 1 if moved else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
