//! What concerns the terminal and the process.

use super::*;

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
