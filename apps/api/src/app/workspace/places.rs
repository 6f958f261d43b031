//! Who works where just now. Runs may share a place, and are told; what we write ourselves shares it with nobody.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::RunId;
use tokio::sync::Notify;

#[derive(Default)]
pub struct Places {
    state: Mutex<State>,
    /// Somebody came or went.
    pub moved: Notify,
    /// Who writes is done.
    written: Notify,
}

#[derive(Default)]
struct State {
    runs: HashMap<RunId, Place>,
    writes: Vec<PathBuf>,
    /// Whose `sharedWith` is another one now.
    to_tell: HashSet<String>,
}

#[derive(Clone)]
struct Place {
    agent: String,
    path: PathBuf,
}

impl Places {
    /// Enters a run that works in `path`, physical; waits while we write there. Ids of the runs it shares the place with.
    pub async fn enter(self: &Arc<Self>, run: RunId, agent: &str, path: &Path) -> (Presence, Vec<RunId>) {
        loop {
            let written = self.written.notified();
            let mut written = std::pin::pin!(written);
            written.as_mut().enable();
            if let Some(entered) = self.try_enter(run, agent, path) {
                return entered;
            }
            written.await;
        }
    }

    fn try_enter(self: &Arc<Self>, run: RunId, agent: &str, path: &Path) -> Option<(Presence, Vec<RunId>)> {
        let mut state = self.lock();
        if state.writes.iter().any(|written| overlap(written, path)) {
            return None;
        }
        let others: Vec<(RunId, String)> = state.others(agent, path).map(|(run, place)| (*run, place.agent.clone())).collect();
        state.runs.insert(run, Place { agent: agent.to_owned(), path: path.to_owned() });
        let runs = others.iter().map(|(run, _)| *run).collect();
        if !others.is_empty() {
            state.to_tell.extend(others.into_iter().map(|(_, agent)| agent).chain([agent.to_owned()]));
            self.moved.notify_one();
        }
        Some((Presence { places: self.clone(), run }, runs))
    }

    /// Takes a place to write in; `None` while a run works there, or somebody writes.
    pub fn write(self: &Arc<Self>, path: &Path) -> Option<Writing> {
        let mut state = self.lock();
        let taken = state.runs.values().any(|place| overlap(&place.path, path))
            || state.writes.iter().any(|written| overlap(written, path));
        if taken {
            return None;
        }
        state.writes.push(path.to_owned());
        Some(Writing { places: self.clone(), path: path.to_owned() })
    }

    /// The other agents that work there, in order.
    pub fn shared_with(&self, agent: &str, path: &Path) -> Vec<String> {
        let state = self.lock();
        let mut agents: Vec<String> = state.others(agent, path).map(|(_, place)| place.agent.clone()).collect();
        agents.sort();
        agents.dedup();
        agents
    }

    /// The agents for which that is another one than before.
    pub fn take_to_tell(&self) -> HashSet<String> {
        std::mem::take(&mut self.lock().to_tell)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn others(&self, agent: &str, path: &Path) -> impl Iterator<Item = (&RunId, &Place)> {
        self.runs.iter().filter(move |(_, place)| place.agent != agent && overlap(&place.path, path))
    }
}

/// One lies in the other, or they are the same.
fn overlap(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// A run is there while this lives.
pub struct Presence {
    places: Arc<Places>,
    run: RunId,
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        let Some(left) = state.runs.remove(&self.run) else { return };
        let others: Vec<String> = state.others(&left.agent, &left.path).map(|(_, place)| place.agent.clone()).collect();
        if !others.is_empty() {
            state.to_tell.extend(others.into_iter().chain([left.agent]));
            self.places.moved.notify_one();
        }
    }
}

/// We write there while this lives.
pub struct Writing {
    places: Arc<Places>,
    path: PathBuf,
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        if let Some(at) = state.writes.iter().position(|path| *path == self.path) {
            state.writes.swap_remove(at);
        }
        drop(state);
        self.places.written.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_shares_a_place_is_told_and_told_again_when_it_is_over() {
        let places = Arc::new(Places::default());
        let runs = [RunId::mint(), RunId::mint(), RunId::mint()];
        let (_one, alone) = places.enter(runs[0], "a", Path::new("/p")).await;
        assert!(alone.is_empty());
        let (two, shared) = places.enter(runs[1], "b", Path::new("/p/inner")).await;
        assert_eq!(shared, [runs[0]]);
        let (_three, apart) = places.enter(runs[2], "c", Path::new("/pp")).await;
        assert!(apart.is_empty());
        assert_eq!(places.shared_with("a", Path::new("/p")), ["b"]);
        assert_eq!(places.take_to_tell(), ["a".to_owned(), "b".to_owned()].into());
        drop(two);
        assert!(places.shared_with("a", Path::new("/p")).is_empty());
        assert_eq!(places.take_to_tell(), ["a".to_owned(), "b".to_owned()].into());
    }

    #[tokio::test]
    async fn we_write_where_nobody_works_and_runs_wait_for_it() {
        let places = Arc::new(Places::default());
        let (one, _) = places.enter(RunId::mint(), "a", Path::new("/p/inner")).await;
        assert!(places.write(Path::new("/p")).is_none());
        drop(one);
        let writing = places.write(Path::new("/p")).unwrap();
        assert!(places.write(Path::new("/p/inner")).is_none());
        let entering = tokio::spawn({
            let places = places.clone();
            async move { places.enter(RunId::mint(), "a", Path::new("/p")).await.1 }
        });
        tokio::task::yield_now().await;
        assert!(!entering.is_finished());
        drop(writing);
        assert!(entering.await.unwrap().is_empty());
    }
}
