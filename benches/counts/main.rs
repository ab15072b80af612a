//! How many instructions the drawing thread takes for a key, by callgrind: the same on a busy machine and on an idle one. What
//! a key asks of the database is not in them; the answer to a filter is counted by itself.
//!
//!     .ci/run counts           counts, and compares with baseline.txt
//!     benches/counts/run       the same; `--accept` writes what was counted into baseline.txt

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends, and says where")]
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever else comes, the benchmark ends")]
#![allow(clippy::disallowed_methods, reason = "gungraun's main ends the process by itself")]

#[path = "../support.rs"]
mod support;

use std::hint::black_box;

use callsheet::operations::page::Page;
use callsheet::tui::effect::{Answer, Effect, Question};
use callsheet::tui::msg::Msg;
use callsheet::tui::update;
use gungraun::{Callgrind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};

use support::Intake;
use support::keys::{Step, steps};
use support::screen::Screen;

/// A drawn screen on which these keys were typed, and the messages that come next.
struct Scene {
    screen: Screen,
    next: Vec<Msg>,
}

fn scene(script: &str, key: &str) -> Scene {
    let mut screen = Screen::drawn();
    // Draws after each key, as somebody who types sees it.
    for step in script.split_whitespace() {
        screen.types(step);
    }
    let next = steps(key).into_iter().map(|step| match step {
        Step::Key(key) => Msg::Key(key),
        Step::Paste(text) => Msg::Paste(text),
        Step::Wait(_) | Step::Pause(_) => panic!("no message comes of {key}"),
    });
    Scene { screen, next: next.collect() }
}

fn at_the_top() -> Scene {
    scene("<down> <down>", "<down>")
}

/// The cursor stands in the last row that is on the screen.
fn at_the_edge() -> Scene {
    scene(&"<down> ".repeat(33), "<down>")
}

fn in_a_field() -> Scene {
    scene("a A d", "a")
}

/// Behind two letters whose contacts have not come yet, as somebody who types fast sees it.
fn in_the_filter() -> Scene {
    let Scene { mut screen, next } = scene("/", "per");
    let mut next = next.into_iter();
    for msg in next.by_ref().take(2) {
        let _unanswered = update::update(&mut screen.stage.model, msg);
        screen.draw();
    }
    Scene { screen, next: next.collect() }
}

/// What a letter in the filter asked for has come: a page, full of contacts, and their number.
fn behind_a_filter() -> Scene {
    let Scene { mut screen, next } = in_the_filter();
    let mut asked = next;
    let mut answers = Vec::new();
    while let Some(msg) = asked.pop() {
        for effect in update::update(&mut screen.stage.model, msg) {
            let Effect::Ask { request, question } = effect else { continue };
            let answer = match *question {
                Question::Page { limit, .. } => {
                    let rows = screen.stage.contacts[..limit].to_vec();
                    Answer::Page(Ok(Page { rows, at_start: true, at_end: false }))
                }
                Question::Count { .. } => Answer::Count(Ok(1_000)),
                other => panic!("a filter does not ask {other:?}"),
            };
            answers.push(Msg::Answer { request, answer: Box::new(answer) });
        }
    }
    screen.draw();
    assert!(!answers.is_empty());
    Scene { screen, next: answers }
}

#[library_benchmark]
#[bench::of_1000(setup = Screen::new)]
fn first_frame(mut screen: Screen) -> Screen {
    black_box(screen.draw());
    screen
}

#[library_benchmark]
#[bench::cursor(setup = at_the_top)]
#[bench::scroll(setup = at_the_edge)]
#[bench::form_key(setup = in_a_field)]
#[bench::filter_key(setup = in_the_filter)]
#[bench::filter_answer(setup = behind_a_filter)]
fn frame(mut scene: Scene) -> Scene {
    for msg in std::mem::take(&mut scene.next) {
        black_box(update::update(&mut scene.screen.stage.model, msg));
    }
    black_box(scene.screen.draw());
    scene
}

fn thousand_rows() -> Intake {
    Intake::new(1_000)
}

#[library_benchmark]
#[bench::of_1000(setup = thousand_rows)]
fn import(mut intake: Intake) -> Intake {
    black_box(intake.import());
    intake
}

library_benchmark_group!(name = counts, benchmarks = [first_frame, frame, import]);

main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = counts
);
