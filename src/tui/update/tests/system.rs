//! What concerns the terminal and the process.

use super::*;
use crate::domain::safe_text::safe;
use crate::domain::say::Said;

#[test]
fn quit_suspend_and_redraw_are_effects() {
    let mut model = listed();
    assert_eq!(press(&mut model, "q"), [Effect::Quit]);
    let control = |model: &mut Model, letter| {
        update(model, Msg::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
    };
    assert_eq!(control(&mut model, 'c'), [Effect::Quit]);
    assert_eq!(control(&mut model, 'z'), [Effect::Suspend]);
    assert_eq!(control(&mut model, 'l'), [Effect::Redraw]);
    assert_eq!(update(&mut model, Msg::SuspendAsked), [Effect::Suspend]);
    assert_eq!(update(&mut model, Msg::Resumed), [Effect::Redraw]);
    model.fixed.reach = Reach::Below("/srv/exports".into());
    assert_eq!((control(&mut model, 'z'), update(&mut model, Msg::SuspendAsked)), (vec![], vec![]));
    let notice = model.notice.take().unwrap();
    assert_eq!(notice.text, "This screen cannot be suspended: it is restricted.");
}

#[test]
fn that_nothing_typed_is_kept_is_told_until_a_key() {
    let mut model = listed();
    let why = Said::foreign("'/srv/\u{1b}c': No space left on device (os error 28)");
    assert_eq!(update(&mut model, Msg::DraftsUnkept(why.clone())), []);
    let notice = model.notice.clone().unwrap();
    let words = format!("What is typed cannot be kept as a draft: {}.", safe(&why.to_string()));
    assert_eq!(notice.text, words);
    assert!(!model.fades(&notice));
    model.fixed.language = Language::ZhCn;
    let _effects = update(&mut model, Msg::DraftsUnkept(why));
    assert!(model.notice.unwrap().text.starts_with("输入的内容无法保存为草稿：'/srv/"));
}
