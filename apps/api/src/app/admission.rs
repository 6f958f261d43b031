//! Which runs may be live at once. The others wait in line, in the order in which they came; and a run
//! that a day's budget holds waits beside the line.
//!
//! In memory only: a run that waits is CREATING in the database, so the next server lines it up again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::RunId;
use tokio::sync::{Notify, oneshot};

/// So many at the head of the line are told when it moves; who stands further back learns it later.
const TOLD: usize = 50;

#[derive(Default)]
pub struct Admission {
    state: Mutex<State>,
    /// The line has moved, or somebody is held or released.
    pub moved: Notify,
    /// Who is held may look again whether it still is.
    pub look_again: Notify,
}

#[derive(Default)]
struct State {
    /// `None`: as many as want to.
    most: Option<usize>,
    live: usize,
    line: VecDeque<(RunId, oneshot::Sender<Permit>)>,
    held: HashMap<RunId, Held>,
}

struct Held {
    message: String,
    released: Arc<Notify>,
}

/// Why a run waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For a slot; its place from 1.
    Slot(usize),
    /// For the day's budget, in a sentence.
    Day(String),
}

impl Admission {
    pub fn set_most(self: &Arc<Self>, most: Option<usize>) {
        self.lock().most = most;
        self.grant();
    }

    /// Takes a place in the line.
    pub fn enter(self: &Arc<Self>, run: RunId) -> Turn {
        let (sender, receiver) = oneshot::channel();
        self.lock().line.push_back((run, sender));
        self.grant();
        Turn { admission: self.clone(), run, receiver }
    }

    /// For a run that is live already, however many there are.
    pub fn occupy(self: &Arc<Self>) -> Permit {
        self.lock().live += 1;
        Permit { admission: self.clone() }
    }

    /// Until it is dropped, the run is told to wait for the day's budget.
    pub fn hold(self: &Arc<Self>, run: RunId, message: String) -> Hold {
        let released = Arc::new(Notify::new());
        self.lock().held.insert(run, Held { message, released: released.clone() });
        self.moved.notify_one();
        Hold { admission: self.clone(), run, released }
    }

    /// Lets a held run go. False when it is not held.
    pub fn release(&self, run: RunId) -> bool {
        self.lock().held.get(&run).is_some_and(|held| {
            held.released.notify_one();
            true
        })
    }

    pub fn waiting(&self, run: RunId) -> Option<Waiting> {
        let state = self.lock();
        if let Some(held) = state.held.get(&run) {
            return Some(Waiting::Day(held.message.clone()));
        }
        state.line.iter().position(|(waits, _)| *waits == run).map(|place| Waiting::Slot(place + 1))
    }

    /// Who waits, and for what: all that are held, and the head of the line.
    pub fn all_waiting(&self) -> HashMap<RunId, Waiting> {
        let state = self.lock();
        let held = state.held.iter().map(|(run, held)| (*run, Waiting::Day(held.message.clone())));
        let line = state.line.iter().take(TOLD).enumerate().map(|(place, (run, _))| (*run, Waiting::Slot(place + 1)));
        held.chain(line).collect()
    }

    fn grant(self: &Arc<Self>) {
        let mut granted = Vec::new();
        let mut state = self.lock();
        while state.most.is_none_or(|most| state.live < most)
            && let Some((_, sender)) = state.line.pop_front()
        {
            state.live += 1;
            granted.push(sender);
        }
        drop(state);
        self.moved.notify_one();
        for sender in granted {
            // Who has gone meanwhile gives it back by dropping it.
            let _ = sender.send(Permit { admission: self.clone() });
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line.
pub struct Turn {
    admission: Arc<Admission>,
    run: RunId,
    receiver: oneshot::Receiver<Permit>,
}

impl Turn {
    /// Waits until the run may begin. `None` never comes: the line is there as long as who stands in it.
    pub async fn come(&mut self) -> Option<Permit> {
        (&mut self.receiver).await.ok()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.admission.lock();
        let before = state.line.len();
        state.line.retain(|(run, _)| *run != self.run);
        let moved = state.line.len() != before;
        drop(state);
        if moved {
            self.admission.moved.notify_one();
        }
    }
}

/// One of the runs that may be live.
pub struct Permit {
    admission: Arc<Admission>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.admission.lock().live -= 1;
        self.admission.grant();
    }
}

/// A run is told to wait while this lives.
pub struct Hold {
    admission: Arc<Admission>,
    run: RunId,
    pub released: Arc<Notify>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.admission.lock().held.remove(&self.run);
        self.admission.moved.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_line_is_kept_in_order_and_who_leaves_it_is_not_waited_for() {
        let admission = Arc::new(Admission::default());
        admission.set_most(Some(1));
        let runs = [RunId::mint(), RunId::mint(), RunId::mint(), RunId::mint()];
        let mut turns: Vec<Turn> = runs.iter().map(|run| admission.enter(*run)).collect();
        let first = turns[0].come().await;
        assert_eq!(admission.waiting(runs[0]), None);
        assert_eq!(admission.waiting(runs[3]), Some(Waiting::Slot(3)));
        drop(turns.remove(1));
        assert_eq!(admission.waiting(runs[3]), Some(Waiting::Slot(2)));
        drop(first);
        let second = turns[1].come().await;
        assert_eq!(admission.waiting(runs[3]), Some(Waiting::Slot(1)));
        admission.set_most(None);
        let third = turns[2].come().await;
        assert!(second.is_some() && third.is_some() && admission.waiting(runs[3]).is_none());
    }

    #[tokio::test]
    async fn a_place_that_was_given_to_one_who_has_gone_is_given_on() {
        let admission = Arc::new(Admission::default());
        admission.set_most(Some(1));
        let live = admission.occupy();
        let (gone, mut stays) = (admission.enter(RunId::mint()), admission.enter(RunId::mint()));
        drop(live);
        // It was granted, and not taken.
        drop(gone);
        assert!(stays.come().await.is_some());
    }

    #[tokio::test]
    async fn who_is_held_is_told_and_released() {
        let admission = Arc::new(Admission::default());
        let run = RunId::mint();
        assert!(!admission.release(run));
        let hold = admission.hold(run, "full".to_owned());
        assert_eq!(admission.waiting(run), Some(Waiting::Day("full".to_owned())));
        assert!(admission.release(run));
        hold.released.notified().await;
        drop(hold);
        assert_eq!(admission.waiting(run), None);
    }
}
