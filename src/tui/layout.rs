//! The regions of the screen. `update` and `view` both ask here, so the number of rows that are loaded is the number that is
//! drawn.
//!
//! ```text
//!  status line
//!  tabs
//! ┌ body ──────┐ detail pane, from 160 columns
//! └────────────┘
//!  footer
//! ```

use ratatui::layout::{Rect, Size};

/// Below this size one line says which size is needed.
pub const SMALLEST: Size = Size { width: 40, height: 10 };

/// From this width on a detail pane stands beside the list.
const DETAIL_FROM: u16 = 160;

/// From this height on every dialog has room below the tabs.
const ROOMY: u16 = 24;

/// Columns of the detail pane. At 200 columns the matrix has room beside it for every category and the types of the largest.
const DETAIL: u16 = 47;

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regions {
    pub status: Rect,
    pub tabs: Rect,
    pub body: Rect,
    /// Empty where the screen is too narrow for it.
    pub detail: Rect,
    pub footer: Rect,
    /// Where dialogs stand: the body, and where rows are few the tabs as well.
    pub front: Rect,
}

impl Regions {
    /// The regions of a screen; all inside it whatever its size.
    #[must_use]
    pub fn of(screen: Rect) -> Self {
        let line = |index: u16| Rect {
            x: screen.x,
            y: screen.y.saturating_add(index.min(screen.height)),
            width: screen.width,
            height: screen.height.saturating_sub(index).min(1),
        };
        let rows = screen.height.saturating_sub(3);
        let beside = if screen.width >= DETAIL_FROM { DETAIL } else { 0 };
        let body = Rect { height: rows, width: screen.width - beside, ..line(2) };
        Self {
            status: line(0),
            tabs: line(1),
            body,
            detail: Rect { x: body.right(), width: beside, ..body },
            footer: line(2 + rows),
            front: if screen.height >= ROOMY {
                Rect { height: rows, ..line(2) }
            } else {
                Rect { height: screen.height.saturating_sub(2), ..line(1) }
            },
        }
    }

    /// The regions of a screen that is spoken: nothing stands beside anything.
    #[must_use]
    pub fn spoken(self) -> Self {
        let body = self.whole();
        Self { detail: Rect { x: body.right(), width: 0, ..body }, body, ..self }
    }

    /// The body of a screen that has no pane beside it.
    #[must_use]
    pub fn whole(&self) -> Rect {
        Rect { width: self.body.width + self.detail.width, ..self.body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_never_leave_the_screen() {
        for (width, height) in [(0, 0), (1, 1), (5, 2), (40, 10), (80, 24), (200, 60), (u16::MAX, u16::MAX)] {
            let screen = Rect::new(0, 0, width, height);
            let regions = Regions::of(screen);
            for region in
                [regions.status, regions.tabs, regions.body, regions.detail, regions.footer, regions.front]
            {
                assert!(
                    region.is_empty() || screen.intersection(region) == region,
                    "{region:?} in {screen:?}"
                );
            }
        }
    }
}
