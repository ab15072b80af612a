//! The terminal: taken last and given back always, whichever way the program ends.
//!
//! ```text
//!  return, error            Screen is dropped
//!  panic while drawing      the hook gives it back, and who called says the last words
//!  panic elsewhere          the hook stays silent: it becomes a message
//!  TERM INT QUIT HUP BUS    a thread gives it back and ends the process with 128 + n
//!  the terminal is gone     a thread sees the hang-up and ends the process with 129
//!  TSTP or ctrl-z           given back, stopped, taken again, drawn whole
//! ```
//!
//! The signal thread ends the process itself: crossterm's reader spins when its terminal dies, so a flag would never be seen
//! (crossterm issue 793).

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, kill_current_process_group};
use signal_hook::consts::{SIGBUS, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::backend::AnsiBackend;
use super::effect::MouseMode;
use super::keeper::Keeper;
use super::model::Model;
use super::msg::Msg;
use super::view;
use super::worker::last_words;

/// Alternate screen.
const TAKE: &[u8] = b"\x1b[?1049h";
/// Bracketed paste, and nothing on the screen.
const PREPARE: &[u8] = b"\x1b[?2004h\x1b[m\x1b[2J";
/// Everything undone that [`TAKE`], [`PREPARE`] and a frame cut short may have done.
const GIVE_BACK: &[u8] = b"\x1b[m\x1b[?2026l\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// Presses, releases and the wheel, in the form that has no limit of columns.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// What the terminal can do, as the environment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// It places a cursor.
    Full,
    /// `TERM=dumb`, or no `TERM`.
    Dumb,
}

/// Why there can be no screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("the screen needs a terminal, but standard input is none")]
    Input,
    #[error("the screen needs a terminal, but standard output is none")]
    Output,
    #[error("the screen needs a terminal that can place the cursor, but TERM is 'dumb' or not set")]
    Dumb,
}

/// Whether the terminal is ours; known to every thread that may have to give it back. Giving it back twice would move the
/// shell's cursor.
#[derive(Debug, Clone, Default)]
pub struct Hold(Arc<Held>);

#[derive(Debug, Default)]
struct Held {
    is_ours: AtomicBool,
    /// While the terminal is ours it tells of the mouse.
    has_mouse: AtomicBool,
    /// Locked while a frame is written.
    frame: Mutex<()>,
}

/// How long giving back waits for a frame under way: a terminal that takes no more must not keep the process.
const FRAME: Duration = Duration::from_millis(200);

/// The terminal while it is ours.
#[derive(Debug)]
pub struct Screen {
    hold: Hold,
    terminal: Terminal<AnsiBackend<Hold, SizeOf>>,
}

/// Asks the system for the terminal's size.
type SizeOf = fn() -> io::Result<Size>;

/// Confirms that there can be a screen.
///
/// # Errors
/// [`Unfit`] names what is missing.
pub fn check(ability: Ability) -> Result<(), Unfit> {
    if !io::stdin().is_terminal() {
        return Err(Unfit::Input);
    }
    if !io::stdout().is_terminal() {
        return Err(Unfit::Output);
    }
    match ability {
        Ability::Full => Ok(()),
        Ability::Dumb => Err(Unfit::Dumb),
    }
}

/// The terminal's size in cells.
pub fn size() -> io::Result<Size> {
    crossterm::terminal::size().map(|(width, height)| Size { width, height })
}

impl Screen {
    /// Takes the terminal.
    pub fn take(hold: Hold) -> io::Result<Self> {
        let backend = AnsiBackend::new(hold.clone(), size as SizeOf);
        let screen = Self { hold, terminal: Terminal::new(backend)? };
        screen.hold.take()?;
        Ok(screen)
    }

    /// Draws the model; writes nothing if the picture is the same.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        self.terminal.draw(|frame| {
            let cursor = view::draw(model, frame.area(), frame.buffer_mut());
            frame.set_cursor_position(cursor);
        })?;
        Ok(())
    }

    /// Makes the next frame a whole one, in a terminal in which others may have written and changed modes.
    pub fn redraw(&mut self) -> io::Result<()> {
        self.hold.take()?;
        self.terminal.backend_mut().forget();
        self.terminal.clear()
    }

    /// Sends bytes that draw nothing with the next frame.
    pub fn add(&mut self, bytes: &[u8]) {
        self.terminal.backend_mut().add(bytes);
    }

    /// Has the terminal tell of the mouse, or no longer.
    pub fn set_mouse(&self, mode: MouseMode) -> io::Result<()> {
        self.hold.set_mouse(mode)
    }

    /// Gives the terminal back, stops the job and takes it again when the process goes on. The whole process group is stopped, as by the
    /// terminal itself, or a shell between this process and the user's would go on waiting for this one. The stop is the one that
    /// cannot be caught: a self-sent `SIGTSTP` is dropped in an orphaned process group.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.hold.give_back();
        kill_current_process_group(Signal::STOP)?;
        self.redraw()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.hold.give_back();
    }
}

/// Makes a panic of the calling thread give the terminal back, and keeps panics of all threads off the screen: those of others become
/// messages, and whoever called says the words of the first, escaped.
pub fn guard_against_panics(hold: &Hold) {
    let (drawing, hold) = (thread::current().id(), hold.clone());
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if thread::current().id() == drawing && !hold.give_back() {
            return report(panic);
        }
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
}

/// Starts a thread without which the program cannot go on: it ends if that falls over.
///
/// # Errors
/// If the system gives no thread.
pub fn start_vital(
    name: &str,
    messages: Sender<Msg>,
    work: impl FnOnce(&Sender<Msg>) + Send + 'static,
) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(&messages))) {
            // Nobody listens any more when the program ends.
            let _heard = messages.send(Msg::Fell(last_words(panic.as_ref())));
        }
    })?;
    Ok(())
}

/// Starts the threads that end the process when it is told to or when its terminal is gone, and that tell its new size.
///
/// # Errors
/// If the system gives no thread or no signal handler.
pub fn watch(messages: &Sender<Msg>, hold: &Hold, keeper: &Keeper) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGBUS, SIGTSTP, SIGCONT, SIGWINCH])?;
    let (told, keeps) = (hold.clone(), keeper.clone());
    start_vital("signals", messages.clone(), move |messages| {
        for signal in signals.forever() {
            #[cfg(test)]
            super::runtime::tests::fall("signals");
            let heard = match signal {
                SIGTSTP => messages.send(Msg::SuspendAsked),
                SIGCONT => messages.send(Msg::Resumed),
                SIGWINCH => match size() {
                    Ok(Size { width, height }) => messages.send(Msg::Resize { columns: width, rows: height }),
                    // The terminal is gone, and the other thread says so.
                    Err(_) => Ok(()),
                },
                other => end(&told, &keeps, 128 + other),
            };
            if heard.is_err() {
                return;
            }
        }
    })?;
    let (hold, keeper) = (hold.clone(), keeper.clone());
    start_vital("hang-up", messages.clone(), move |_| watch_for_hang_up(&hold, &keeper))
}

/// Waits, without a tick, until the other end of the terminal is gone.
fn watch_for_hang_up(hold: &Hold, keeper: &Keeper) {
    let input = io::stdin();
    #[cfg(test)]
    super::runtime::tests::fall("hang-up");
    loop {
        // No event is asked for: hang-up and error are told all the same.
        let mut watched = [PollFd::new(&input, PollFlags::empty())];
        if let Err(error) = poll(&mut watched, None)
            && error != rustix::io::Errno::INTR
        {
            return;
        }
        if watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            end(hold, keeper, 128 + SIGHUP);
        }
    }
}

/// Ends the process from a thread that is not the drawing one. Nothing is lost: what was reported as saved is in the store, and
/// a mail in hand is claimed under a lease, and what stands in an open form is kept as a draft.
#[expect(
    clippy::disallowed_methods,
    reason = "the drawing thread may hang in a dead terminal and never return"
)]
fn end(hold: &Hold, keeper: &Keeper, code: i32) -> ! {
    hold.give_back();
    keeper.flush();
    signal_hook::low_level::exit(code)
}

impl Hold {
    /// Takes the terminal, or makes sure of its modes if it is ours already.
    fn take(&self) -> io::Result<()> {
        if self.0.is_ours.swap(true, Ordering::SeqCst) {
            // Whoever stopped and continued the process may have changed them; crossterm changes nothing it believes to be set.
            crossterm::terminal::disable_raw_mode()?;
        } else {
            Descriptor.write_all(TAKE)?;
        }
        crossterm::terminal::enable_raw_mode()?;
        Descriptor.write_all(PREPARE)?;
        if self.0.has_mouse.load(Ordering::SeqCst) {
            Descriptor.write_all(MOUSE_ON)?;
        }
        Ok(())
    }

    /// Has the terminal tell of the mouse, or no longer, from now on or from when it is taken.
    fn set_mouse(&self, mode: MouseMode) -> io::Result<()> {
        let _frame = self.0.frame.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = mode == MouseMode::On;
        let has_changed = self.0.has_mouse.swap(wanted, Ordering::SeqCst) != wanted;
        if has_changed && self.0.is_ours.load(Ordering::SeqCst) {
            Descriptor.write_all(if wanted { MOUSE_ON } else { MOUSE_OFF })?;
        }
        Ok(())
    }

    /// Gives the terminal back, if it is ours; whether it was. Failing is of no use to anybody: the terminal may be gone.
    fn give_back(&self) -> bool {
        let was_ours = self.0.is_ours.swap(false, Ordering::SeqCst);
        if was_ours {
            let deadline = Instant::now() + FRAME;
            while self.0.frame.try_lock().is_err() && Instant::now() < deadline {
                thread::yield_now();
            }
            if self.0.has_mouse.load(Ordering::SeqCst) {
                let _gone = Descriptor.write_all(MOUSE_OFF);
            }
            let _gone = Descriptor.write_all(GIVE_BACK);
            let _gone = crossterm::terminal::disable_raw_mode();
        }
        was_ours
    }
}

/// Frames go out while the terminal is ours; one that comes after it was given back is dropped.
impl Write for Hold {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nothing is guarded but the order of writes, so a panic while writing spoils nothing.
        let _frame = self.0.frame.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.is_ours.load(Ordering::SeqCst) {
            Descriptor.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard output without a lock or a buffer: giving back must not wait for a thread that hangs in a write.
#[derive(Debug, Clone, Copy)]
struct Descriptor;

impl Write for Descriptor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stdout().as_fd(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
