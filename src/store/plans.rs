//! Confirms that what is done often finds its rows by an index, so that its cost does not grow with the table. SQLite tells its
//! plan; nothing is measured.

use rusqlite::Connection;

use super::list::{self, Direction, Start};
use super::{Newest, Store, audit, entries, finding, outbox, queue, rows, subscriptions};
use crate::domain::contact::{ContactId, SortColumn};

fn database() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("a.db")).unwrap();
    (folder, store)
}

/// The steps of SQLite's plan for a statement, one a line.
fn plan(connection: &Connection, statement: &str) -> String {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
    for index in 1..=explain.parameter_count() {
        explain.raw_bind_parameter(index, 0).unwrap();
    }
    let mut rows = explain.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>(3).unwrap());
    }
    steps.join("\n")
}

#[track_caller]
fn assert_by_index(connection: &Connection, statement: &str, index: &str) {
    let plan = plan(connection, statement);
    let is_cheap = !plan.contains("AUTOMATIC") && !plan.contains("TEMP B-TREE");
    assert!(is_cheap && plan.contains(index), "'{index}' does not serve\n{statement}\n{plan}");
}

#[test]
fn a_page_of_contacts_is_read_by_the_index_of_its_order() {
    let (_folder, store) = database();
    for (column, index) in [
        (SortColumn::Name, "c USING INDEX contact_by_name"),
        (SortColumn::Email, "c USING INDEX sqlite_autoindex_contact_1"),
        (SortColumn::Position, "c USING INDEX contact_by_position"),
        (SortColumn::Status, "c USING INDEX contact_by_status"),
        (SortColumn::Id, "c"),
    ] {
        for direction in [Direction::Up, Direction::Down] {
            let first = list::query(column, direction, None);
            assert_by_index(&store.connection, &first, &format!("SCAN {index}"));
            for inclusive in [true, false] {
                let start = Start { key: "", id: ContactId(1), inclusive };
                let next = list::query(column, direction, Some(start));
                assert_by_index(&store.connection, &next, &format!("SEARCH {index}"));
            }
        }
    }
}

#[test]
fn what_the_filter_needs_beside_its_words_is_read_by_index() {
    let (_folder, store) = database();
    let sql = &store.connection;
    for (column, index) in [
        (SortColumn::Name, "USING COVERING INDEX contact_by_name"),
        (SortColumn::Email, "USING COVERING INDEX sqlite_autoindex_contact_1"),
        (SortColumn::Position, "USING COVERING INDEX contact_by_position"),
        (SortColumn::Status, "USING COVERING INDEX contact_by_status"),
    ] {
        assert_by_index(sql, &list::ids_query(column, Direction::Down, None), &format!("SCAN c {index}"));
        let start = Start { key: "", id: ContactId(1), inclusive: true };
        let from = list::ids_query(column, Direction::Up, Some(start));
        assert_by_index(sql, &from, &format!("SEARCH c {index}"));
        assert_by_index(sql, &list::place_query(column, Direction::Up), &format!("SCAN c {index}"));
    }
    assert_by_index(sql, finding::OVERDUE, "verification_end");
    for subscribers in [finding::SUBSCRIBERS, finding::SUBSCRIBERS_WITHIN] {
        assert_by_index(sql, subscribers, "USING COVERING INDEX subscription_by_type");
    }
}

#[test]
fn the_open_verification_of_a_contact_is_found_by_its_index() {
    let (_folder, store) = database();
    let one = format!("SELECT {} FROM {} WHERE c.id = ?2", rows::CONTACT, rows::CONTACT_SOURCE);
    for text in [one, list::query(SortColumn::Name, Direction::Down, None)] {
        assert_by_index(&store.connection, &text, "SEARCH v USING INDEX verification_open");
    }
}

#[test]
fn the_outbox_is_read_by_time_whatever_lies_in_it() {
    let (_folder, store) = database();
    for newest in [Newest::First, Newest::Last] {
        for inclusive in [true, false] {
            let notices = entries::notices(newest, inclusive);
            assert_by_index(&store.connection, &notices, "SEARCH n USING INDEX notice_by_time");
            let deliveries = entries::lone_deliveries(newest, inclusive);
            assert_by_index(&store.connection, &deliveries, "SEARCH d USING INDEX delivery_alone");
        }
    }
}

#[test]
fn the_history_is_read_by_number_a_contacts_by_its_own_and_since_a_time_by_time() {
    let (_folder, store) = database();
    let sql = &store.connection;
    for (newest, range) in [(Newest::First, "{}>? AND {}<?"), (Newest::Last, "{}>?")] {
        let by = |index: &str, id: &str| format!("{index}{})", range.replace("{}", id));
        for from in [audit::WHOLE, audit::BRIEF] {
            let all = audit::statement(from, None, newest);
            assert_by_index(sql, &all, &by("SEARCH a USING INTEGER PRIMARY KEY (", "rowid"));
            let own = audit::statement(from, Some(ContactId(1)), newest);
            for index in [
                "MERGE (UNION ALL)".to_owned(),
                by("SEARCH a USING INDEX audit_of_contact (contact_id=? AND ", "id"),
                by("SEARCH m USING PRIMARY KEY (contact_id=? AND ", "audit_id"),
            ] {
                assert_by_index(sql, &own, &index);
            }
            for statement in [all, own] {
                assert!(!plan(sql, &statement).contains("SCAN"), "{statement}");
            }
        }
    }
    assert_by_index(sql, audit::SINCE, "SEARCH audit USING COVERING INDEX audit_by_time (latest>?)");
}

#[test]
fn the_sender_looks_only_at_what_is_due() {
    let (_folder, store) = database();
    let overdue = format!("SELECT id FROM delivery WHERE {}", queue::OVERDUE);
    assert_by_index(&store.connection, &overdue, "delivery_due (priority=? AND due_at<?)");
}

#[test]
fn deleting_a_contact_finds_what_belongs_to_it_by_index() {
    let (_folder, store) = database();
    for (statement, index) in [
        ("DELETE FROM subscription WHERE contact_id = ?1", "PRIMARY KEY (contact_id=?)"),
        ("DELETE FROM verification WHERE contact_id = ?1", "verification_of_contact"),
        ("UPDATE delivery SET contact_id = NULL WHERE contact_id = ?1", "delivery_of_contact"),
        ("UPDATE delivery SET verification_id = NULL WHERE verification_id = ?1", "delivery_of_verification"),
    ] {
        assert_by_index(&store.connection, statement, index);
    }
}

#[test]
fn what_all_contacts_want_is_read_in_order() {
    let (_folder, store) = database();
    assert_by_index(&store.connection, subscriptions::AllWanted::QUERY, "SCAN subscription");
}

#[test]
fn whether_all_want_a_type_looks_once_at_each_contact() {
    let (_folder, store) = database();
    assert_by_index(&store.connection, subscriptions::WANTED_BY_ALL, "SEARCH s USING PRIMARY KEY");
}

#[test]
fn what_belongs_to_a_notice_is_found_by_index() {
    let (_folder, store) = database();
    let page = format!(
        "SELECT {} FROM delivery d WHERE d.notice_id = ?1 AND d.id < ?2 ORDER BY d.id DESC",
        rows::DELIVERY
    );
    let states = "SELECT id FROM delivery WHERE notice_id = ?1 AND +state IN ('queued', 'retry') ORDER BY id";
    let fallback =
        "SELECT 1 FROM delivery d WHERE d.notice_id = ?1 AND d.address_key = ?2 AND d.state <> 'cancelled'";
    let proof = "SELECT v.id FROM contact c JOIN verification v ON coalesce(v.contact_id, 0) = +c.id \
                 WHERE c.id = ?1 AND v.state = 'confirmed' ORDER BY v.id DESC LIMIT 1";
    let purge = "SELECT d.id FROM notice n JOIN delivery d ON d.notice_id = n.id \
                 WHERE n.ended_at IS NOT NULL AND n.ended_at < ?1 LIMIT ?2";
    for (statement, index) in [
        (page.as_str(), "delivery_of_notice (notice_id=? AND id<?)"),
        (states, "delivery_of_notice"),
        (fallback, "delivery_once"),
        ("DELETE FROM delivery WHERE notice_id = ?1", "delivery_of_notice"),
        ("SELECT count(*) FROM notice WHERE is_unreached = 1", "notice_unreached"),
        (proof, "verification_of (<expr>=?)"),
        (purge, "notice_ended"),
        (purge, "delivery_of_notice"),
        (outbox::DELIVERY_WITH_MESSAGE_ID, "message_id=?"),
    ] {
        assert_by_index(&store.connection, statement, index);
    }
}
