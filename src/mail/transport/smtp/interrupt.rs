//! Ends a dialogue from another thread, whatever it waits for on its socket.

use std::io;
use std::mem;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What ends a dialogue; a copy of it ends the same one.
///
/// A connection that is there breaks at once. A look-up or an attempt to connect runs out in its own time, unheard, and nothing is
/// said to the server after it.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Mutex<State>>);

#[derive(Debug, Default)]
enum State {
    #[default]
    Unconnected,
    Connected(TcpStream),
    Stopped,
}

impl Interrupt {
    /// Ends the dialogue, or keeps it from connecting.
    pub fn stop(&self) {
        if let State::Connected(socket) = mem::replace(&mut *self.state(), State::Stopped) {
            // One that is closed already needs no end.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Whether it was ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(*self.state(), State::Stopped)
    }

    /// Takes note of the socket.
    ///
    /// # Errors
    /// If the dialogue is to end before it has begun.
    pub(super) fn hold(&self, socket: &TcpStream) -> io::Result<()> {
        let mut state = self.state();
        if let State::Stopped = *state {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        *state = State::Connected(socket.try_clone()?);
        Ok(())
    }

    /// Forgets the socket, so that it closes when its owner closes it.
    pub(super) fn let_go(&self) {
        let mut state = self.state();
        if let State::Connected(_) = *state {
            *state = State::Unconnected;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment: a panic of another thread leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
