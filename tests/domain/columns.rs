//! The domain measures as the screen draws.

use callsheet::domain::columns::width;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

proptest! {
    #[test]
    fn a_text_is_as_wide_as_its_cells(
        text in prop_oneof![
            "\\PC{0,40}",
            any::<String>(),
            "[a-zé語王\u{301}👩\u{200D}🚀\u{FE0F}\u{600}\u{1112}\u{1161}\n\t ]{0,24}",
        ]
    ) {
        // The half-width sound marks are drawn one column wider than the screen itself measures them.
        let text = text.replace(['\u{FF9E}', '\u{FF9F}'], "");
        let mut buffer = Buffer::empty(Rect::new(0, 0, 1_000, 1));
        let (end, _) = buffer.set_stringn(0, 0, &text, 1_000, Style::new());
        prop_assert_eq!(width(&text), usize::from(end));
    }
}
