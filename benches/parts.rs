//! How long the parts take, by criterion: `cargo bench --bench parts`, or with a name behind `--`.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends, and says where")]
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever else comes, the benchmark ends")]

mod support;

use std::hint::black_box;
use std::time::Duration;

use callsheet::domain::contact::Contact;
use callsheet::domain::delivery::Kind;
use callsheet::domain::filter::text_index::{Entry, TextIndex};
use callsheet::domain::filter::{self, Filter};
use callsheet::domain::language::Language;
use callsheet::domain::routing::{Candidate, route};
use callsheet::domain::timestamp::Timestamp;
use callsheet::mail::compose::{Content, Letter, compose};
use callsheet::store::{NewDelivery, Settlement, Store, StoreError};
use callsheet::tui::view;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use support::Intake;
use support::office::Office;
use support::screen::Screen;
use support::stage::{crowd, now};

fn routing(bench: &mut Criterion) {
    let contacts = crowd(1_000);
    bench.bench_function("routing: who gets a notice, of 1 000", |bencher| {
        bencher.iter(|| route(black_box("security.account"), contacts.iter().map(Candidate::of)));
    });
}

fn filtering(bench: &mut Criterion) {
    let contacts = crowd(1_000);
    let filter = Filter::parse("person 99 status:verified");
    bench.bench_function("filter: which match, of 1 000", |bencher| {
        bencher.iter(|| {
            let matches = contacts.iter().filter(|contact| {
                let is_subscribed =
                    |wanted: &str| contact.subscriptions.ids().any(|id| filter::covers(wanted, id));
                filter.matches(&filter::Candidate {
                    name: &contact.name,
                    email: &contact.email,
                    position: contact.position,
                    status: contact.status.id(),
                    is_subscribed: &is_subscribed,
                    is_selected: false,
                })
            });
            black_box(matches.count())
        });
    });
}

fn indexing(bench: &mut Criterion) {
    let contacts = crowd(100_000);
    let index = index_of(&contacts);
    let words = ["n9".to_owned()];
    bench.bench_function("filter: with the index, of 100 000", |bencher| {
        bencher.iter(|| index.find(black_box(&words), None).count());
    });
    bench.bench_function("filter: build the index of 100 000", |bencher| {
        bencher.iter(|| index_of(black_box(&contacts)).slots());
    });
}

fn index_of(contacts: &[Contact]) -> TextIndex {
    let mut index = TextIndex::with_capacity(contacts.len());
    for contact in contacts {
        let entry = Entry {
            id: contact.id,
            name: &contact.name,
            email: &contact.email,
            position: contact.position,
            status: contact.status.id(),
        };
        index.push(&entry).unwrap();
    }
    index.finish(contacts.iter().map(|contact| contact.id));
    index
}

fn frame(bench: &mut Criterion) {
    let screen = Screen::new();
    let area = Rect::new(0, 0, 120, 40);
    bench.bench_function("frame: the view at 120x40", |bencher| {
        let mut buffer = Buffer::empty(area);
        bencher.iter(|| {
            buffer.reset();
            view::draw(black_box(&screen.stage.model), area, &mut buffer)
        });
    });
    bench.bench_function("frame: cursor down and up, keys to bytes", |bencher| {
        let mut screen = Screen::drawn();
        bencher.iter(|| screen.types("<down>") + screen.types("<up>"));
    });
}

/// Queues a mail, claims it, notes that its body leaves, and settles it.
fn claim_and_settle(bench: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("callsheet.db")).unwrap();
    let mut number = 0;
    bench.bench_function("claim and settle: one mail, a transaction each", |bencher| {
        bencher.iter(|| {
            number += 1;
            work_through(&mut store, number).unwrap();
        });
    });
}

fn work_through(store: &mut Store, number: u32) -> Result<(), StoreError> {
    let end = now().plus(Duration::from_secs(60));
    let address = format!("ada{number}@example.org");
    store.write(|writing| {
        writing.insert_delivery(&NewDelivery {
            kind: Kind::Test,
            contact: None,
            notice: None,
            verification: None,
            address: &address,
            address_key: &address,
            name: "",
            language: Language::En,
            message_type: None,
            subject: "s",
            detail: None,
            fallback: None,
            priority: 1,
            now: now(),
            expires_at: end,
            message_id: &format!("<{number}@example.org>"),
        })
    })?;
    let claimed = store.write(|writing| writing.claim_next(None, &mut 500, now(), end))?;
    let claimed = claimed.expect("one waits");
    store.write(|writing| writing.note_body(&claimed))?;
    let sent = Settlement::Sent { words: "250 ok".to_owned() };
    store.write(|writing| writing.settle(&claimed, &sent, now()))?;
    Ok(())
}

fn composing(bench: &mut Criterion) {
    let letterhead = Office::new().rules.letterhead("Example Ltd");
    let message_id = letterhead.message_id("1");
    for (name, language) in [("English", Language::En), ("Chinese", Language::ZhCn)] {
        let letter = Letter {
            letterhead: &letterhead,
            to_name: Some("王小明"),
            to_email: "xiaoming@example.cn",
            language,
            message_id: &message_id,
            date: Timestamp::parse("2026-11-24T14:03:00Z").unwrap(),
            content: Content::Verification {
                code: "ABCD-EFGH",
                link: Some("https://example.com/v/token"),
                expires_at: now(),
                for_security_email: false,
            },
        };
        bench.bench_function(&format!("compose: a code in {name}"), |bencher| {
            bencher.iter(|| compose(black_box(&letter)).unwrap());
        });
    }
}

fn importing(bench: &mut Criterion) {
    bench.bench_function("import: 1 000 rows into an empty database", |bencher| {
        bencher.iter_batched(|| Intake::new(1_000), |mut intake| intake.import(), BatchSize::PerIteration);
    });
}

criterion_group!(
    name = parts;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3));
    targets = routing, filtering, indexing, frame, claim_and_settle, composing, importing
);
criterion_main!(parts);
