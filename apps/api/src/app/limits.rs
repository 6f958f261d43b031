//! Limits of a run, a chat and a day: what they are, what was spent, and who has to wait for it.

use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use db::{
    AgentChange, AgentRow, Change, RunRow,
    query::{agents, changes, settings, spent},
};
use domain::{Budget, Guards, Limits, RunId, RunLimits, Spent};
use serde::{Deserialize, Serialize};

use super::{
    App, Error, Kind, Result,
    admission::{Hold, Permit, Turn, Waiting},
    clock::now_ms,
};

const SETTING: &str = "limits";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What is held looks again after so long: a day's budget comes back with time.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// For so long what was looked up counts; live runs go on meanwhile, and what is older than a day falls away.
const LATELY: Duration = Duration::from_secs(30);

/// Limits of one chat's own, where it has any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overrides {
    pub run: RunLimits,
    pub chat: Budget,
}

/// What counts in one chat.
pub struct ChatLimits {
    pub run: RunLimits,
    pub chat: Budget,
    pub overrides: Overrides,
    pub spent: Spent,
}

/// The limits that were set; those of before anyone did, and of a text that nobody can read.
pub async fn load(db: &db::Db) -> Result<Limits> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let stored = settings::get(db, SETTING).await?;
    Ok(stored.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_else(|| Limits::for_cores(cores)))
}

impl App {
    pub fn limits(&self) -> Limits {
        self.limits.borrow().clone()
    }

    /// Makes of the limits what `change` does, one change after the other.
    pub async fn change_limits(&self, user_id: i64, change: impl FnOnce(&Limits) -> Result<Limits>) -> Result<()> {
        let _one = self.changing_limits.lock().await;
        let limits = change(&self.limits())?;
        let json = serde_json::to_string(&limits).map_err(|error| Error::internal("keep the limits", error))?;
        settings::set(&self.db, SETTING, &json).await?;
        self.admission.set_most(limits.concurrent_runs.map(|most| most as usize));
        self.limits.send_replace(limits);
        self.admission.look_again.notify_waiters();
        Ok(changes::announce(&self.db, user_id, Change::Limits).await?)
    }

    /// What the runs of the last 24 hours came to.
    pub async fn spent_today(&self, user_id: i64) -> Result<Spent> {
        let now = now_ms();
        Ok(spent::since(&self.db, user_id, now - DAY_MS, now).await?)
    }

    pub async fn chat_limits(&self, agent: &AgentRow) -> Result<ChatLimits> {
        let spent = spent::of_agent(&self.db, &agent.id, now_ms()).await?;
        let (run, chat, overrides) = self.limits_of(agent);
        Ok(ChatLimits { run, chat, overrides, spent })
    }

    pub async fn set_chat_limits(&self, user_id: i64, agent: &AgentRow, overrides: Overrides) -> Result<()> {
        let json = serde_json::to_string(&overrides).map_err(|error| Error::internal("keep the limits", error))?;
        let limits = Some((overrides != Overrides::default()).then_some(json));
        Ok(agents::update(&self.db, user_id, &agent.id, AgentChange { limits, ..AgentChange::default() }).await?)
    }

    fn limits_of(&self, agent: &AgentRow) -> (RunLimits, Budget, Overrides) {
        let overrides: Overrides = agent.limits.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let limits = self.limits.borrow();
        (overrides.run.or(limits.run), overrides.chat.or(limits.chat), overrides)
    }

    /// Refuses a run that its chat has no budget for.
    pub(crate) async fn check_chat_budget(&self, agent: &AgentRow) -> Result<()> {
        let (_, budget, _) = self.limits_of(agent);
        if budget.is_unlimited() {
            return Ok(());
        }
        match budget.used_up(&spent::of_agent(&self.db, &agent.id, now_ms()).await?) {
            Some(used) => Err(Error::new(
                Kind::Conflict,
                "chat_limit_reached",
                format!("This chat has used {used} that it may. Allow it more in its limits, then send the prompt again."),
            )),
            None => Ok(()),
        }
    }

    /// What ends a run that begins now.
    pub(crate) async fn guards(&self, agent: &AgentRow) -> Guards {
        let (run, budget, _) = self.limits_of(agent);
        let spent =
            if budget.is_unlimited() { Ok(Spent::default()) } else { spent::of_agent(&self.db, &agent.id, now_ms()).await };
        // The run's own limits hold in any case.
        Guards::of(&run, &budget, &spent.unwrap_or_default())
    }

    pub fn waiting(&self, run: &RunRow) -> Option<Waiting> {
        if run.is_live() { run.id.parse().ok().and_then(|id| self.admission.waiting(id)) } else { None }
    }

    /// Tells the pages that these runs wait, wait elsewhere in the line, or do not wait any more.
    pub async fn announce_runs(&self, runs: &[String]) -> Result<()> {
        if runs.is_empty() {
            return Ok(());
        }
        Ok(db::query::runs::announce(&self.db, runs).await?)
    }

    /// Lets a run go that the day's budget holds.
    pub async fn release_run(&self, user_id: i64, agent_id: &str, run_id: &str) -> Result<RunRow> {
        let run = self.get_run(user_id, agent_id, run_id).await?;
        let id: RunId = run.id.parse().map_err(|_| Error::run_not_found())?;
        if !matches!(self.admission.waiting(id), Some(Waiting::Day(_))) {
            let message = "This run does not wait for the day's budget.";
            return Err(Error::new(Kind::Conflict, "run_not_waiting", message));
        }
        db::query::runs::release(&self.db, &run.id).await?;
        self.admission.release(id);
        Ok(run)
    }

    /// Gets a run in line, or holds it for the day's budget. A budget that cannot be looked up holds nobody.
    pub(crate) async fn line_up(&self, user_id: i64, run: &RunRow, id: RunId) -> Line {
        match self.day_used_up(run, self.spent_lately(user_id).await).await {
            Ok(Some(message)) => Line::Held(self.admission.hold(id, message)),
            _ => Line::Turn(self.admission.enter(id)),
        }
    }

    /// Waits until it may begin.
    pub(crate) async fn wait_in(self: &Arc<Self>, mut line: Line, user_id: i64, run: &RunRow, id: RunId) -> Option<Permit> {
        loop {
            line = match line {
                Line::Held(hold) => {
                    // Before the look-up: what is told during it is not missed.
                    let mut look_again = pin!(self.admission.look_again.notified());
                    look_again.as_mut().enable();
                    if let Ok(None) = self.day_used_up(run, self.spent_lately(user_id).await).await {
                        Line::Turn(self.admission.enter(id))
                    } else {
                        tokio::select! {
                            () = hold.released.notified() => {}
                            () = look_again => {}
                            () = tokio::time::sleep(LOOK_AGAIN) => {}
                        }
                        Line::Held(hold)
                    }
                }
                Line::Turn(mut turn) => {
                    let waits = self.admission.waiting(id).is_some();
                    let permit = turn.come().await?;
                    // While it stood in line others may have spent what there was.
                    match if waits { self.day_used_up(run, self.spent_lately(user_id).await).await } else { Ok(None) } {
                        Ok(Some(message)) => Line::Held(self.admission.hold(id, message)),
                        _ => return Some(permit),
                    }
                }
            }
        }
    }

    /// In a sentence, when the day's budget is used up for this run.
    async fn day_used_up(&self, run: &RunRow, spent: Result<Spent>) -> Result<Option<String>> {
        let budget = self.limits.borrow().day;
        if run.released || budget.is_unlimited() {
            return Ok(None);
        }
        let Some(used) = budget.used_up(&spent?) else { return Ok(None) };
        // It may have been released since it was read.
        if db::query::runs::find_any(&self.db, &run.id).await?.is_some_and(|run| run.released) {
            return Ok(None);
        }
        let message = format!(
            "The budget of a day is used up: {used} in the last 24 hours. This run begins as soon as there is room again."
        );
        Ok(Some(message))
    }

    /// What was spent today, as it was looked up lately and with what has ended since.
    async fn spent_lately(&self, user_id: i64) -> Result<Spent> {
        if let Some(spent) = self.spent_lately.of(user_id) {
            return Ok(spent);
        }
        let spent = self.spent_today(user_id).await?;
        self.spent_lately.looked_up(user_id, spent);
        Ok(spent)
    }
}

/// What a user's runs came to, so that not every run that begins adds up a day.
#[derive(Default)]
pub struct SpentLately(Mutex<Option<(i64, Instant, Spent)>>);

impl SpentLately {
    fn of(&self, user_id: i64) -> Option<Spent> {
        let lately = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lately.filter(|(of, at, _)| *of == user_id && at.elapsed() < LATELY).map(|(.., spent)| spent)
    }

    fn looked_up(&self, user_id: i64, spent: Spent) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((user_id, Instant::now(), spent));
    }

    /// A run has ended.
    pub fn add(&self, user_id: i64, more: Spent) {
        if let Some((of, _, spent)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
            && *of == user_id
        {
            spent.milliseconds += more.milliseconds;
            spent.tool_calls += more.tool_calls;
            spent.tokens += more.tokens;
        }
    }
}

pub(crate) enum Line {
    Turn(Turn),
    Held(Hold),
}
