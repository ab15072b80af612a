//! The mouse: a click selects what is under it, the wheel moves as the arrows do, a second click opens.
//!
//! It does nothing that keys do not: a click becomes the keys that bring the cursor to its place, pressed on a copy of the model.
//! If they do not get there, nothing has happened. So every screen and dialog has the mouse as soon as it has keys. Only in a text of
//! several lines, where the keys would be many, the caret goes straight to the place.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{ahead, forget_alarm, switch, take_input};
use crate::domain::say::say;
use crate::domain::timestamp::Timestamp;
use crate::tui::effect::{Effect, MouseMode};
use crate::tui::keymap::{Action, Context, Input, Typing};
use crate::tui::model::{Model, Overlay, Tone};
use crate::tui::plan::Plan;
use crate::tui::theme::{Role, Theme};
use crate::tui::view;

/// Between two presses that are one double click.
const DOUBLE: Duration = Duration::from_millis(500);

/// Lines by which the wheel moves.
const WHEEL: usize = 3;

/// The most keys that a click may become.
const FAR: usize = 200;

/// Switches the mouse on or off, and says which.
pub(super) fn switch_mode(model: &mut Model, plan: &mut Plan) {
    let language = model.fixed.language;
    let (mode, words) = match model.mouse.mode {
        MouseMode::Off => (MouseMode::On, say!(language, "The mouse is on: click, double click and wheel.")),
        MouseMode::On => {
            (MouseMode::Off, say!(language, "The mouse is off: the terminal marks text with it."))
        }
    };
    model.mouse.mode = mode;
    model.mouse.pressed = None;
    model.notify(Tone::Done, words);
    plan.add(Effect::Mouse(mode));
}

/// Does what the mouse did. Where keys wait it does nothing: what is pointed at may be gone when they have their meaning.
pub(super) fn take(model: &mut Model, event: MouseEvent, plan: &mut Plan) {
    if model.mouse.mode == MouseMode::Off || ahead::waits(model) {
        return;
    }
    let at = Position { x: event.column, y: event.row };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => press(model, at, plan),
        MouseEventKind::ScrollUp => turn(model, Action::Up, plan),
        MouseEventKind::ScrollDown => turn(model, Action::Down, plan),
        MouseEventKind::Down(MouseButton::Right | MouseButton::Middle)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => {}
    }
}

fn press(model: &mut Model, at: Position, plan: &mut Plan) {
    forget_alarm(model);
    let before = model.mouse.pressed.take();
    let is_second = before
        .is_some_and(|(place, when)| place == at && model.now.since(when) <= DOUBLE && is_on(model, at));
    if is_second {
        if let Some(action) = opening(model) {
            take_input(model, &Input::Action(action), plan);
        }
        return;
    }
    if let Some(screen) = view::tab_at(model, at) {
        return switch(model, screen, plan);
    }
    if point(model, at) {
        model.mouse.pressed = Some((at, model.now));
        return;
    }
    let reached = if can(model, Action::Next) { focus(model, at) } else { select(model, at) };
    if let Some((there, keys)) = reached {
        for action in keys {
            take_input(model, &Input::Action(action), plan);
        }
        model.mouse.pressed = Some((at, there));
    }
}

/// Puts the caret into the text that is written, if the place is in it.
fn point(model: &mut Model, at: Position) -> bool {
    let (front, look) = (model.regions().front, model.fixed.look(model.now));
    match model.overlays.last_mut() {
        Some(Overlay::Compose(dialog)) => dialog.point(at, front, look),
        Some(_) | None => false,
    }
}

fn turn(model: &mut Model, action: Action, plan: &mut Plan) {
    if can(model, action) {
        for _ in 0..WHEEL {
            take_input(model, &Input::Action(action), plan);
        }
    }
}

/// The keys that bring a list's bar into the row, and the cursor of a matrix to the cell that is nearest.
fn select(model: &Model, at: Position) -> Option<(Timestamp, Vec<Action>)> {
    let mut trial = model.clone();
    let mut keys = Vec::new();
    if model.focus().0 == Context::Filter {
        try_key(&mut trial, Action::Accept, &mut keys);
    }
    let mut place = bar(&trial);
    let step = if at.y < place.y { Action::Up } else { Action::Down };
    while place.y != at.y {
        let next = try_key(&mut trial, step, &mut keys)?;
        let is_past = if step == Action::Up { next.y < at.y } else { next.y > at.y };
        if next.y == place.y || is_past {
            return None;
        }
        place = next;
    }
    if can(model, Action::Left) && model.focus().1 == Typing::Off {
        let step = if at.x < place.x { Action::Left } else { Action::Right };
        loop {
            let mut further = trial.clone();
            let Some(next) = try_key(&mut further, step, &mut Vec::new()) else { break };
            if next.y != at.y || next.x.abs_diff(at.x) >= place.x.abs_diff(at.x) || keys.len() >= FAR {
                break;
            }
            keys.push(step);
            (trial, place) = (further, next);
        }
    }
    Some((model.now, keys))
}

/// The keys that bring the focus of a form to what stands in the row, there to what begins last before the place.
fn focus(model: &Model, at: Position) -> Option<(Timestamp, Vec<Action>)> {
    let mut trial = model.clone();
    let start = bar(&trial);
    let mut keys = Vec::new();
    let mut best = (start.y == at.y).then_some((start, 0));
    while let Some(next) = try_key(&mut trial, Action::Next, &mut keys) {
        if next == start || trial.overlays.len() != model.overlays.len() {
            break;
        }
        let is_better = |(place, _): (Position, usize)| {
            let begins = |place: Position| place.x <= at.x;
            (begins(next), next.x.abs_diff(at.x).cmp(&place.x.abs_diff(at.x)).reverse())
                > (begins(place), std::cmp::Ordering::Equal)
        };
        if next.y == at.y && best.is_none_or(is_better) {
            best = Some((next, keys.len()));
        }
    }
    let (_, count) = best?;
    keys.truncate(count);
    Some((model.now, keys))
}

/// Presses a key on a copy. Where the bar is then; None after too many keys.
fn try_key(trial: &mut Model, action: Action, keys: &mut Vec<Action>) -> Option<Position> {
    keys.push(action);
    if keys.len() > FAR {
        return None;
    }
    // What it would ask for is asked for when it is done in earnest.
    let mut plan = trial.plan();
    take_input(trial, &Input::Action(action), &mut plan);
    Some(bar(trial))
}

/// Where the bar or the focus is: the row of what would be chosen where a dialog has such a row, the cursor elsewhere.
fn bar(model: &Model) -> Position {
    let mut traced = model.clone();
    traced.fixed.theme = Theme::Traced;
    let area = Rect::new(0, 0, model.size.width, model.size.height);
    let mut buf = Buffer::empty(area);
    let cursor = view::draw(&traced, area, &mut buf);
    let choice = (!model.overlays.is_empty())
        .then(|| area.positions().find(|place| Theme::roles(buf[*place].style()).contains(&Role::Choice)));
    choice.flatten().unwrap_or(cursor)
}

fn is_on(model: &Model, at: Position) -> bool {
    bar(model).y == at.y
}

/// Whether an action exists where the focus is.
fn can(model: &Model, action: Action) -> bool {
    let has = |context: &Context| context.entries().iter().any(|entry| entry.action == action);
    model.focus().0.stack().iter().any(has)
}

/// What a second click does. In a form it is what the space bar does: it never saves by chance.
fn opening(model: &Model) -> Option<Action> {
    let (context, typing) = model.focus();
    let stack = context.stack();
    if stack.contains(&Context::Form) {
        return (typing == Typing::Off).then_some(Action::Tick);
    }
    let opens = [Action::Open, Action::Modify, Action::Edit, Action::Accept, Action::Tick];
    let innermost = context.entries();
    opens.into_iter().find(|action| innermost.iter().any(|entry| entry.action == *action))
}
