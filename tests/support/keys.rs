//! Key scripts: what somebody types, in one line. The same grammar drives the screen in-process and in a real terminal.
//!
//! Steps are separated by blanks. Plain text is typed as it stands; `<name>` is a key: `enter esc tab s-tab space up down left
//! right home end pgup pgdn del bs lt f1`…`f12`, `c-x` for Control-x, `a-x` for Alt-x. `<wait:TEXT>` waits until TEXT is on the
//! screen, `<pause:MS>` lets time pass, `<paste:TEXT>` pastes.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One step of a script.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Key(KeyEvent),
    Paste(String),
    Wait(String),
    Pause(Duration),
}

/// The steps of a script.
pub fn steps(script: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = script.trim_start();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('<') {
            let (name, after) =
                inside.split_once('>').unwrap_or_else(|| panic!("'<' without '>' in {script:?}"));
            steps.push(named(name));
            rest = after;
        } else {
            let end = rest.find(|c: char| c == '<' || c.is_whitespace()).unwrap_or(rest.len());
            steps.extend(rest[..end].chars().map(|character| Step::Key(typed(character))));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    steps
}

fn named(name: &str) -> Step {
    let argument = |prefix: &str| name.strip_prefix(prefix);
    if let Some(text) = argument("wait:") {
        return Step::Wait(text.to_owned());
    }
    if let Some(text) = argument("paste:") {
        return Step::Paste(text.to_owned());
    }
    if let Some(millis) = argument("pause:") {
        return Step::Pause(Duration::from_millis(millis.parse().unwrap()));
    }
    Step::Key(key(name))
}

fn key(name: &str) -> KeyEvent {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let single = |rest: &str| KeyCode::Char(rest.chars().next().unwrap());
    match name {
        "enter" => plain(KeyCode::Enter),
        "esc" => plain(KeyCode::Esc),
        "tab" => plain(KeyCode::Tab),
        "s-tab" => KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
        "space" => plain(KeyCode::Char(' ')),
        "up" => plain(KeyCode::Up),
        "down" => plain(KeyCode::Down),
        "left" => plain(KeyCode::Left),
        "right" => plain(KeyCode::Right),
        "home" => plain(KeyCode::Home),
        "end" => plain(KeyCode::End),
        "pgup" => plain(KeyCode::PageUp),
        "pgdn" => plain(KeyCode::PageDown),
        "del" => plain(KeyCode::Delete),
        "bs" => plain(KeyCode::Backspace),
        "lt" => typed('<'),
        _ => match (name.strip_prefix("c-"), name.strip_prefix("a-"), name.strip_prefix('f')) {
            (Some(rest), _, _) => KeyEvent::new(single(rest), KeyModifiers::CONTROL),
            (_, Some(rest), _) => KeyEvent::new(single(rest), KeyModifiers::ALT),
            (_, _, Some(number)) => plain(KeyCode::F(number.parse().unwrap())),
            (None, None, None) => panic!("'<{name}>' is no key"),
        },
    }
}

/// As crossterm reports a character without the kitty protocol.
pub fn typed(character: char) -> KeyEvent {
    let modifiers = if character.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(character), modifiers)
}

#[test]
fn a_script_is_read_step_by_step() {
    let key = |code| Step::Key(KeyEvent::new(code, KeyModifiers::NONE));
    assert_eq!(
        steps("a <enter>王 <c-w><wait:two words>"),
        [
            key(KeyCode::Char('a')),
            key(KeyCode::Enter),
            key(KeyCode::Char('王')),
            Step::Key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL)),
            Step::Wait("two words".to_owned()),
        ]
    );
}
