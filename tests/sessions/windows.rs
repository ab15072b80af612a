//! The list is read by window, and moves as if it were whole: whatever it holds, is sorted and filtered by, whatever keys go through it, and
//! whatever others change meanwhile.

use callsheet::domain::contact::{Contact, ContactId};
use callsheet::operations::Session;
use callsheet::operations::contacts::{self, ContactChange, PageAt};
use proptest::prelude::*;

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently};

const NAMES: [&str; 9] = ["ops", "Ada", "ada", "王小明", "王建国", "Émile", "OPS", "李", "x1"];
const POSITIONS: [&str; 4] = ["", "ceo", "other", ""];

/// What is done in turn.
#[derive(Debug, Clone)]
enum Act {
    /// A key that moves the cursor.
    Move(&'static str),
    /// Keys that show the list in another way.
    Show(&'static str),
    /// Somebody else adds, renames or deletes a contact: of those there are the one with this number.
    Adds,
    Renames(usize),
    Deletes(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let moves = [
        "j", "k", "<down>", "<up>", "<pgdn>", "<pgup>", "<c-d>", "<c-u>", "g", "G", "<home>", "<end>",
        "<space>",
    ];
    let shows =
        ["s", "S", "<esc>", "/ a <enter>", "/ 王 <enter>", "/ example <enter>", "/ position:ceo <enter>"];
    let act = prop_oneof![
        12 => prop::sample::select(moves.to_vec()).prop_map(Act::Move),
        3 => prop::sample::select(shows.to_vec()).prop_map(Act::Show),
        1 => Just(Act::Adds),
        1 => any::<usize>().prop_map(Act::Renames),
        1 => any::<usize>().prop_map(Act::Deletes),
    ];
    prop::collection::vec(act, 1..40)
}

/// The whole list as it would be shown now.
fn whole(session: &mut Session, desk: &Desk<'_>) -> Vec<ContactId> {
    let page = contacts::page(session, &desk.model.contacts.query(), &PageAt::First, 1000).unwrap();
    assert!(page.at_start && page.at_end);
    page.rows.iter().map(|contact| contact.id).collect()
}

fn current(desk: &Desk<'_>) -> Option<ContactId> {
    desk.model.contacts.current().map(|contact| contact.id)
}

fn ids(rows: &[Contact]) -> Vec<ContactId> {
    rows.iter().map(|contact| contact.id).collect()
}

/// How far a page and half a page go; the list must be longer than both.
fn strides(desk: &mut Desk<'_>, all: &[ContactId]) -> (usize, usize) {
    let mut stride = |key: &str| {
        desk.types("g").types(key);
        let id = current(desk).unwrap();
        all.iter().position(|other| *other == id).unwrap()
    };
    let strides = (stride("<pgdn>"), stride("<c-d>"));
    desk.types("g");
    strides
}

/// Where a key leads in the whole list.
fn moved(key: &str, at: usize, last: usize, (page, half): (usize, usize)) -> usize {
    match key {
        "j" | "<down>" => (at + 1).min(last),
        "k" | "<up>" => at.saturating_sub(1),
        "<pgdn>" => (at + page).min(last),
        "<pgup>" => at.saturating_sub(page),
        "<c-d>" => (at + half).min(last),
        "<c-u>" => at.saturating_sub(half),
        "g" | "<home>" => 0,
        "G" | "<end>" => last,
        _ => at,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn the_window_moves_as_the_whole_list_would(people in 40..90_usize, acts in acts()) {
        let office = Office::introduced();
        let mut other = office.session();
        let mut added = 0;
        let mut add = |session: &mut Session| {
            let id = add_silently(session, NAMES[added % NAMES.len()], &format!("c{}@example.org", added * 7 % 991));
            let position = Some(POSITIONS[added % POSITIONS.len()].to_owned());
            contacts::modify(session, id, &ContactChange { position, ..ContactChange::default() }, None).unwrap();
            added += 1;
        };
        for _ in 0..people {
            add(&mut other);
        }
        let mut desk = Desk::open(&office);
        let all = whole(&mut other, &desk);
        // The line of the filter takes rows from the list.
        let unfiltered = strides(&mut desk, &all);
        desk.types("/ example <enter>");
        let filtered = strides(&mut desk, &all);
        desk.types("<esc>");
        for act in acts {
            let before = whole(&mut other, &desk);
            let at = current(&desk).and_then(|id| before.iter().position(|other| *other == id));
            let mut expected = current(&desk);
            match &act {
                Act::Move("<space>") => {
                    desk.types("<space>");
                    expected = None;
                }
                Act::Move(key) => {
                    let strides = if desk.model.contacts.query().filter.is_empty() { unfiltered } else { filtered };
                    desk.types(key);
                    expected = at.map(|at| before[moved(key, at, before.len() - 1, strides)]);
                }
                Act::Show(keys) => {
                    desk.types(keys);
                    expected = None;
                }
                Act::Adds => add(&mut other),
                Act::Renames(which) if !before.is_empty() => {
                    let change = ContactChange { name: Some(NAMES[which % NAMES.len()].to_owned()), ..ContactChange::default() };
                    contacts::modify(&mut other, before[which % before.len()], &change, None).unwrap();
                }
                Act::Deletes(which) if before.len() > 1 => {
                    let doomed = before[which % before.len()];
                    contacts::delete(&mut other, &[doomed]).unwrap();
                    expected = expected.filter(|id| *id != doomed);
                }
                Act::Renames(_) | Act::Deletes(_) => {}
            }
            if matches!(act, Act::Adds | Act::Renames(_) | Act::Deletes(_)) {
                desk.looks();
            }
            let all = whole(&mut other, &desk);
            let now = current(&desk);
            // A contact that no longer matches leaves the list, and the cursor.
            let expected = expected.filter(|id| all.contains(id));
            prop_assert!(expected.is_none() || expected == now, "{act:?}: {expected:?}, not {now:?}");
            prop_assert_eq!(now.is_some(), !all.is_empty(), "{:?}", act);
            prop_assert!(now.is_none_or(|id| all.contains(&id)), "{act:?}");
            let shown = ids(desk.model.contacts.window().rows());
            let is_part = shown.is_empty() || all.windows(shown.len()).any(|part| part == shown);
            prop_assert!(is_part, "{act:?}: {shown:?} is no part of {all:?}");
        }
    }
}
