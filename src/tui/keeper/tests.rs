//! What the keeper writes, finds, and leaves alone.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::*;
use crate::tui::draft::{Form, Texts};
use crate::tui::worker::tests::opening;

/// Not long after what is typed here.
const NOW: Timestamp = Timestamp::from_millis(1_000);

fn owner(user: &str) -> Owner {
    Owner { database: "/srv/a.db".into(), user: user.into(), origin: Some("192.0.2.1".into()) }
}

fn desk(home: &Path) -> Desk {
    Desk::new(Folder::new(home.join("drafts")), owner("ada"))
}

fn draft(name: &str) -> Arc<Draft> {
    let now = Texts::of([("name", name)]);
    Arc::new(Draft { form: Form::NewContact, before: Texts::default(), now })
}

fn keep(at: i64, name: &str) -> DraftOrder {
    DraftOrder::Keep { at: Timestamp::from_millis(at), draft: draft(name) }
}

/// A program types a name and dies.
fn dies_with(home: &Path, at: i64, name: &str) {
    let mut desk = desk(home);
    desk.take(keep(at, name));
    desk.write(Instant::now());
}

fn names(home: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(home.join("drafts")) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn typed(offers: &[Offer]) -> Vec<&str> {
    offers.iter().map(|offer| offer.draft.text("name")).collect()
}

#[test]
fn what_is_typed_is_written_at_once_and_then_once_a_second() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk(home.path());
    let begin = Instant::now();
    let after = |millis| begin + Duration::from_millis(millis);
    assert_eq!(desk.wait(begin), None);
    desk.take(keep(1, "a"));
    assert_eq!(desk.wait(begin), Some(Duration::ZERO));
    desk.write(begin);
    assert_eq!(desk.wait(after(5)), None);
    desk.take(keep(2, "ad"));
    desk.take(keep(3, "ada"));
    assert_eq!(desk.wait(after(300)), Some(Duration::from_millis(700)));
    assert_eq!(desk.wait(after(1_500)), Some(Duration::ZERO));
    desk.write(after(1_500));
    drop(desk);
    assert_eq!(typed(&self::desk(home.path()).find(NOW)), ["ada"]);
}

#[test]
fn files_are_private_and_nothing_stays_when_the_form_is_saved() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk(home.path());
    desk.take(keep(1, "ada"));
    desk.write(Instant::now());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = home.path().join("drafts");
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(names(home.path()).len(), 2);
    for name in names(home.path()) {
        assert_eq!(mode(&folder.join(name)), 0o600);
    }
    desk.take(keep(2, "adal"));
    desk.take(DraftOrder::Drop);
    desk.write(Instant::now());
    assert!(names(home.path()).is_empty());
}

#[test]
fn a_folder_that_others_may_look_into_is_closed() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("drafts");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    dies_with(home.path(), 1, "ada");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn drafts_of_programs_that_live_are_not_offered_and_of_dead_ones_to_one_only() {
    let home = tempfile::tempdir().unwrap();
    dies_with(home.path(), 1, "ada");
    dies_with(home.path(), 2, "grace");
    let mut alive = desk(home.path());
    alive.take(keep(3, "eve"));
    alive.write(Instant::now());
    let (mut first, mut second) = (desk(home.path()), desk(home.path()));
    let offers = first.find(NOW);
    assert_eq!(typed(&offers), ["grace", "ada"], "the newest first");
    assert_eq!(typed(&second.find(NOW)), [""; 0]);
    first.take(DraftOrder::Open(offers[0].id));
    first.take(DraftOrder::Leave(offers[1].id));
    assert_eq!(typed(&second.find(NOW)), ["ada"]);
    // What is typed on goes into the same file.
    first.take(keep(4, "grace hopper"));
    first.write(Instant::now());
    drop((first, second, alive));
    assert_eq!(typed(&desk(home.path()).find(NOW)), ["grace hopper", "eve", "ada"]);
}

#[test]
fn a_draft_that_is_thrown_away_or_saved_after_opening_is_gone() {
    let home = tempfile::tempdir().unwrap();
    dies_with(home.path(), 1, "ada");
    dies_with(home.path(), 2, "grace");
    let mut desk = desk(home.path());
    let offers = desk.find(NOW);
    desk.take(DraftOrder::Throw(offers[0].id));
    desk.take(DraftOrder::Open(offers[1].id));
    desk.take(DraftOrder::Drop);
    assert!(names(home.path()).is_empty());
}

#[test]
fn drafts_of_others_and_for_other_databases_are_left_alone() {
    let home = tempfile::tempdir().unwrap();
    dies_with(home.path(), 1, "ada");
    let elsewhere = Owner { database: "/srv/b.db".into(), ..owner("ada") };
    for owner in [owner("grace"), elsewhere] {
        assert!(Desk::new(Folder::new(home.path().join("drafts")), owner).find(NOW).is_empty());
    }
    assert_eq!(names(home.path()).len(), 2);
}

#[test]
fn what_is_no_draft_is_left_alone_and_what_a_crash_left_half_written_is_removed() {
    let home = tempfile::tempdir().unwrap();
    dies_with(home.path(), 1, "ada");
    let folder = home.path().join("drafts");
    let real = names(home.path());
    let text = fs::read(folder.join(&real[0])).unwrap();
    fs::write(home.path().join("elsewhere"), &text).unwrap();
    symlink(home.path().join("elsewhere"), folder.join("00000000000000a1.json")).unwrap();
    fs::write(folder.join("00000000000000a2.json"), b"\xff{").unwrap();
    fs::File::create(folder.join("00000000000000a3.json")).unwrap().set_len(1 << 30).unwrap();
    fs::create_dir(folder.join("00000000000000a4.json")).unwrap();
    fs::write(folder.join("notes.txt"), "").unwrap();
    let fifo = folder.join("00000000000000a5.json");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let kept = names(home.path());
    fs::write(folder.join("00000000000000b1.tmp"), b"{\"ver").unwrap();
    fs::write(folder.join("00000000000000b2.lock"), b"").unwrap();
    assert_eq!(typed(&desk(home.path()).find(NOW)), ["ada"]);
    assert_eq!(names(home.path()), kept);
}

#[test]
fn what_cannot_be_written_is_told_once_and_waits_for_the_next_try() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("drafts"), "").unwrap();
    let mut desk = desk(home.path());
    assert!(desk.find(NOW).is_empty());
    desk.take(keep(1, "ada"));
    let begin = Instant::now();
    let why = desk.write(begin).unwrap().to_string();
    assert!(why.starts_with(&format!("'{}': ", home.path().join("drafts").display())), "{why}");
    assert_eq!(desk.wait(begin), Some(PACE), "it is tried again");
    assert_eq!(desk.write(begin + PACE), None, "it is told once");
    fs::remove_file(home.path().join("drafts")).unwrap();
    desk.write(begin + 2 * PACE);
    assert_eq!(desk.wait(begin), None);
    drop(desk);
    assert_eq!(typed(&self::desk(home.path()).find(NOW)), ["ada"]);
}

#[test]
fn what_was_given_up_is_not_written_later() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("drafts"), "").unwrap();
    let mut desk = desk(home.path());
    desk.take(keep(1, "ada"));
    desk.write(Instant::now());
    desk.take(DraftOrder::Drop);
    assert_eq!(desk.wait(Instant::now()), None);
}

#[test]
fn the_newest_twenty_are_left_and_one_that_a_program_has_is_none_of_them() {
    let home = tempfile::tempdir().unwrap();
    let mut alive = desk(home.path());
    alive.take(keep(0, "alive"));
    alive.write(Instant::now());
    for at in 1..=22 {
        dies_with(home.path(), at, &at.to_string());
    }
    let offers = desk(home.path()).find(NOW);
    assert_eq!((offers.len(), typed(&offers)[0], typed(&offers)[19]), (20, "22", "3"));
    drop(alive);
    assert_eq!(names(home.path()).len(), 2 * 21, "the others are removed with all that belongs to them");
    assert_eq!(typed(&desk(home.path()).find(NOW)).len(), 20);
}

#[test]
fn what_nobody_has_opened_for_thirty_days_is_removed_unless_a_program_has_it() {
    let home = tempfile::tempdir().unwrap();
    let day = Duration::from_secs(86_400);
    let mut alive = desk(home.path());
    alive.take(keep(1, "alive"));
    alive.write(Instant::now());
    dies_with(home.path(), 1, "old");
    dies_with(home.path(), 3, "new");
    let elsewhere = Owner { database: "/srv/gone.db".into(), ..owner("ada") };
    let mut gone = Desk::new(Folder::new(home.path().join("drafts")), elsewhere);
    gone.take(keep(2, "elsewhere"));
    gone.write(Instant::now());
    drop(gone);
    let limit = Timestamp::from_millis(2).plus(30 * day);
    assert_eq!(typed(&desk(home.path()).find(limit)), ["new"]);
    assert_eq!(names(home.path()).len(), 2 * 3, "that of another database is not old yet");
    assert!(desk(home.path()).find(limit.plus(day)).is_empty());
    drop(alive);
    assert_eq!(names(home.path()).len(), 2);
    // A clock that stands in the past takes nothing for old.
    assert_eq!(typed(&desk(home.path()).find(Timestamp::from_millis(-5))), ["alive"]);
}

#[test]
fn the_thread_writes_what_is_typed_before_it_answers() {
    let home = tempfile::tempdir().unwrap();
    let (messages, heard) = channel();
    let opening = opening(home.path());
    let keeper = Keeper::start(Ok(home.path().join("drafts")), &opening, messages.clone()).unwrap();
    for name in ["a", "ad", "ada"] {
        keeper.order(keep(opening.clock.now().millis(), name));
    }
    keeper.flush();
    assert_eq!(names(home.path()).len(), 2);
    drop(keeper);
    // The lock is let go when the thread ends, which nobody waits for; the kernel does it for a program that ends.
    let deadline = Instant::now() + Duration::from_secs(20);
    let found = loop {
        assert!(Instant::now() < deadline);
        let next = Keeper::start(Ok(home.path().join("drafts")), &opening, messages.clone()).unwrap();
        next.flush();
        if let Ok(found) = heard.try_recv() {
            break found;
        }
    };
    let Msg::DraftsFound(offers) = found else { panic!("{found:?}") };
    assert_eq!(typed(&offers), ["ada"]);
}

#[test]
fn the_thread_tells_what_cannot_be_written() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("drafts"), "").unwrap();
    let (messages, heard) = channel();
    let keeper = Keeper::start(Ok(home.path().join("drafts")), &opening(home.path()), messages).unwrap();
    keeper.order(keep(1, "ada"));
    keeper.flush();
    assert!(matches!(heard.try_recv(), Ok(Msg::DraftsUnkept(_))));
}

#[test]
fn without_a_folder_it_is_told_why_and_nobody_waits() {
    let home = tempfile::tempdir().unwrap();
    let (messages, heard) = channel();
    let why = Said::foreign("there is no home folder");
    let keeper = Keeper::start(Err(why.clone()), &opening(home.path()), messages).unwrap();
    assert_eq!(heard.recv_timeout(Duration::from_secs(20)), Ok(Msg::DraftsUnkept(why)));
    keeper.order(keep(1, "ada"));
    keeper.flush();
}
