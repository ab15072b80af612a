//! Finding what can be done: the palette, the help that is searched, own keys, and all that match.

use callsheet::tui::effect::Effect;
use callsheet::tui::keymap::{Context, Keymap};
use callsheet::tui::marks::Marks;
use callsheet::tui::theme::Theme;

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently};
use crate::support::picture::text;
use crate::support::stage::{Stage, cast, fixed};

fn stage() -> Stage {
    Stage::new(80, 24, cast())
}

#[test]
fn a_command_is_found_by_its_words_and_done() {
    for script in ["<c-p> delete <space> sel <enter>", ": delete <space> sel <enter>"] {
        let mut stage = stage();
        stage.types(script);
        assert!(text(&stage.model).contains("Delete"), "{}", text(&stage.model));
        assert_eq!(stage.model.overlays.len(), 1, "the palette is closed");
    }
}

#[test]
fn a_command_is_found_by_its_key_and_its_name() {
    for (search, found) in [("ctrl-l", "draw the screen anew"), ("take_back", "nothing matches")] {
        let mut stage = stage();
        stage.types(&format!(": <paste:{search}>"));
        assert!(text(&stage.model).contains(found), "{}", text(&stage.model));
    }
    let mut stage = stage();
    stage.types(": ctrl-z <enter>");
    assert_eq!(stage.effects, [Effect::Suspend]);
}

#[test]
fn in_a_form_a_command_is_for_the_field_that_has_the_focus() {
    let mut stage = stage();
    stage.types("a ada <c-p> everything <space> before <enter> bob");
    let shown = text(&stage.model);
    assert!(shown.contains("bob") && !shown.contains("adabob"), "{shown}");
}

#[test]
fn the_palette_is_closed_by_its_own_key_and_by_escape() {
    for script in ["<c-p> <c-p>", ": <esc>", ": q <c-c>"] {
        let mut stage = stage();
        stage.types(script);
        assert!(stage.model.overlays.is_empty(), "{script}");
        assert!(stage.effects.is_empty(), "{script}");
    }
}

#[test]
fn everywhere_every_action_is_in_the_palette() {
    let keys = Keymap::built_in();
    for context in Context::ALL {
        let commands = keys.commands(context.stack());
        for entry in context.entries() {
            assert!(commands.iter().any(|command| command.action == entry.action), "{}", entry.id);
        }
    }
}

#[test]
fn what_is_typed_searches_the_help_here_and_elsewhere() {
    let mut stage = stage();
    stage.types("? column");
    let shown = text(&stage.model);
    assert!(shown.contains("sort by the next column"), "{shown}");
    assert!(shown.contains("Message types") && shown.contains("tick the column"), "{shown}");
    assert!(!shown.contains("add a contact"), "{shown}");
    stage.types("xyz");
    assert!(text(&stage.model).contains("No key and no mark matches."));
    stage.types("<esc>");
    assert!(text(&stage.model).contains("add a contact"));
    stage.types("<esc>");
    assert!(stage.model.overlays.is_empty());
}

#[test]
fn own_keys_are_obeyed_and_shown() {
    let mut fixed = fixed(Theme::Traced, Marks::Unicode);
    fixed.keys = Keymap::built_in().with("[contacts]\nadd = ['+']\n").unwrap();
    let mut stage = Stage::with(80, 24, cast(), fixed);
    assert!(text(&stage.model).contains("+ add"), "{}", text(&stage.model));
    stage.types("a");
    assert!(stage.model.overlays.is_empty());
    stage.types("+");
    assert_eq!(stage.model.overlays.len(), 1);
}

#[test]
fn all_that_match_are_selected_and_no_others() {
    let office = Office::introduced();
    let mut session = office.session();
    for name in ["ada", "adam", "bob"] {
        add_silently(&mut session, name, &format!("{name}@example.org"));
    }
    let mut desk = Desk::open(&office);
    desk.types("/ada <enter> <c-a>").sees("2 selected");
    desk.types("<esc>").sees("bob").sees("2 selected");
    desk.types("<c-a>").sees("3 selected");
}

#[test]
fn the_focused_thing_is_sent_to_the_terminal_and_that_is_said() {
    let mut stage = stage();
    stage.types("y");
    assert_eq!(stage.effects, [Effect::Copy("xiaoming@example.cn".into())]);
    assert!(text(&stage.model).contains("'xiaoming@example.cn' was sent to the terminal"));
    stage.types("Y m y Y <esc> v y");
    let texts: Vec<String> = stage
        .effects
        .iter()
        .filter_map(|effect| if let Effect::Copy(text) = effect { Some(text.clone()) } else { None })
        .collect();
    let (little, more) = ("xiaoming@example.cn", "王小明 <xiaoming@example.cn>");
    assert_eq!(texts, [little, more, little, more, little]);
}

#[test]
fn what_is_copied_is_escaped_and_nothing_is_said_to_be_copied_where_there_is_nothing() {
    let mut hostile = cast();
    hostile.truncate(1);
    hostile[0].email = "a\u{1b}]52;c;x\u{7}\n@example.org".to_owned();
    let mut stage = Stage::new(80, 24, hostile);
    stage.types("y");
    let escaped = "a\\u{001B}]52;c;x\\u{0007}\\u{000A}@example.org";
    assert_eq!(stage.effects, [Effect::Copy(escaped.into())]);
    let mut stage = Stage::new(80, 24, Vec::new());
    stage.types("y");
    assert!(stage.effects.is_empty());
    assert!(text(&stage.model).contains("There is nothing here to copy."));
}

#[test]
fn who_gets_a_type_is_copied_and_counted() {
    let mut stage = stage();
    stage.types("2 w y");
    assert_eq!(stage.effects, [Effect::Copy("Account funds".into())], "the type under the cursor");
    stage.types("<enter> y Y");
    assert!(
        text(&stage.model).contains("Sent to the terminal for its clipboard: "),
        "{}",
        text(&stage.model)
    );
    assert!(text(&stage.model).contains("address"), "{}", text(&stage.model));
    let [_, little, more] = &stage.effects[..] else { panic!("{:?}", stage.effects) };
    assert!(matches!(little, Effect::Copy(text) if text.contains('@') && !text.contains('<')), "{little:?}");
    assert!(matches!(more, Effect::Copy(text) if text.contains("@") && text.contains('<')), "{more:?}");
}

#[test]
fn lines_of_the_settings_are_copied_too() {
    let mut stage = stage();
    stage.types("5 y <down> y");
    assert_eq!(
        stage.effects,
        [Effect::Copy("Example Ltd".into()), Effect::Copy("security@example.com".into())]
    );
}

#[test]
fn a_theme_is_changed_while_the_program_runs() {
    let mut stage = stage();
    stage.types(": theme");
    assert!(text(&stage.model).contains("nothing matches"), "where there is no colour there is no choice");
    stage.model.themes = Theme::BUILT_IN.to_vec();
    stage.types("<esc> : theme <space> light <enter>");
    assert_eq!(stage.model.fixed.theme, Theme::Light);
    assert!(text(&stage.model).contains("This theme stays until callsheet ends"));
}
