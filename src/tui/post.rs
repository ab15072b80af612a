//! The sender beside the screen. It can be exchanged for one with other settings: the one before ends its mails in hand first, and
//! nobody waits for that.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as Channel, channel};
use std::thread;
use std::time::Duration;

use crate::mail::sender::{Sender, SenderEvent, SenderSettings};

/// Takes what the sender tells.
pub type Ear = Arc<dyn Fn(SenderEvent) + Send + Sync>;

/// Handle on the sender, whichever it is now.
pub struct Post {
    orders: Channel<Order>,
    ended: Receiver<()>,
}

enum Order {
    Wake,
    Exchange(Box<SenderSettings>),
}

impl Post {
    /// Starts the sender. Mails in hand may take `patience` to end when it is exchanged or stopped.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(settings: SenderSettings, ear: Ear, patience: Duration) -> io::Result<Self> {
        let sender = start(settings, &ear)?;
        let (orders, inbox) = channel();
        let (ending, ended) = channel();
        thread::Builder::new().name("post".to_owned()).spawn(move || {
            work(sender, &inbox, &ear, patience);
            // Nobody listens any more if that took too long.
            let _heard = ending.send(());
        })?;
        Ok(Self { orders, ended })
    }

    /// Tells the sender that something was queued. Never waits.
    pub fn wake(&self) {
        // The thread ends only after this handle.
        let _received = self.orders.send(Order::Wake);
    }

    /// Goes on with other settings. Never waits.
    pub fn exchange(&self, settings: SenderSettings) {
        let _received = self.orders.send(Order::Exchange(Box::new(settings)));
    }

    /// Lets the mails in hand end, `limit` at most.
    pub fn stop(self, limit: Duration) {
        drop(self.orders);
        match self.ended.recv_timeout(limit) {
            Ok(()) | Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => {}
        }
    }
}

fn work(sender: Sender, orders: &Receiver<Order>, ear: &Ear, patience: Duration) {
    let mut sender = Some(sender);
    for order in orders {
        match order {
            Order::Wake => sender.iter().for_each(Sender::wake),
            Order::Exchange(settings) => {
                if let Some(before) = sender.take() {
                    // One that a silent server holds ends by itself; until then the new one stands by.
                    let _in_time = before.stop(patience);
                }
                match start(*settings, ear) {
                    Ok(next) => sender = Some(next),
                    Err(error) => ear(SenderEvent::Stopped { words: error.to_string() }),
                }
            }
        }
    }
    if let Some(sender) = sender {
        let _in_time = sender.stop(patience);
    }
}

fn start(settings: SenderSettings, ear: &Ear) -> io::Result<Sender> {
    let ear = Arc::clone(ear);
    Sender::start(settings, move |event| ear(event))
}
