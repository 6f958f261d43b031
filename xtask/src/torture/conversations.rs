//! A chat from its first prompt to its last. Either each follow-up comes at once after the `done` before
//! it, which is never too early; or all are given at once and wait in the queue.

use std::{
    sync::{Arc, atomic::Ordering},
    thread::{self, Scope},
    time::{Duration, Instant},
};

use super::{
    plan::Conversation,
    prompts::Prompt,
    random::Random,
    readers::Reader,
    requests::{self, Taken},
    world::{Active, Run, World, count},
};

const LOOK: Duration = Duration::from_millis(2);

/// How often a queued prompt is looked after.
const LOOK_AT_QUEUE: Duration = Duration::from_millis(60);

struct Chat<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    world: &'scope World,
    agent: String,
    readers: u64,
    random: Random,
    /// Runs that were asked for, in order.
    known: Vec<String>,
}

/// Goes through all prompts; `begun` is when the plan's clock was 0.
pub fn hold<'scope>(scope: &'scope Scope<'scope, '_>, world: &'scope World, conversation: &Conversation, begun: Instant) {
    thread::sleep(conversation.begins_at.saturating_sub(begun.elapsed()));
    let mut random = conversation.random.clone();
    let agent = agent_id(&mut random);
    let mut chat = Chat { scope, world, agent, readers: conversation.readers, random, known: Vec::new() };
    let queues = conversation.queues && world.modern;
    let held = if queues { chat.queued(&conversation.prompts) } else { chat.one_by_one(&conversation.prompts) };
    if let Err(error) = held {
        world.differs(None, format!("{}: {error:#}", chat.agent));
    }
}

impl Chat<'_, '_> {
    fn one_by_one(&mut self, prompts: &[Prompt]) -> anyhow::Result<()> {
        for prompt in prompts {
            let taken = self.give(prompt, false)?;
            let run = self.begin_run(&taken.id, prompt);
            self.await_end(&run);
        }
        Ok(())
    }

    fn queued(&mut self, prompts: &[Prompt]) -> anyhow::Result<()> {
        let taken = prompts.iter().map(|prompt| Ok((self.give(prompt, true)?, prompt))).collect::<anyhow::Result<Vec<_>>>()?;
        for (Taken { id, queued }, prompt) in taken {
            if queued {
                count(&self.world.counts.queued);
                self.await_turn(&id)?;
            }
            let run = self.begin_run(&id, prompt);
            self.await_end(&run);
        }
        Ok(())
    }

    fn give(&mut self, prompt: &Prompt, may_wait: bool) -> anyhow::Result<Taken> {
        let taken = requests::give_prompt(self.world, &self.agent, &prompt.text, &self.known, may_wait)?;
        if !self.known.is_empty() {
            count(&self.world.counts.follow_ups);
        }
        self.known.push(taken.id.clone());
        Ok(taken)
    }

    /// Until the prompt has become the run of the same id. The queue pauses after a run that failed or
    /// was stopped; then it is told to go on.
    fn await_turn(&self, id: &str) -> anyhow::Result<()> {
        let agent = &self.agent;
        while !self.world.is_over() {
            if requests::ask(self.world, "GET", &format!("/v1/agents/{agent}/runs/{id}"), None)?.0 == 200 {
                return Ok(());
            }
            let (status, queue) = requests::ask(self.world, "GET", &format!("/v1/agents/{agent}/queue"), None)?;
            if status == 200 && queue["paused"].is_object() {
                requests::ask(self.world, "POST", &format!("/v1/agents/{agent}/queue/resume"), None)?;
            }
            thread::sleep(LOOK_AT_QUEUE);
        }
        anyhow::bail!("{id} waits in the queue and does not begin")
    }

    fn begin_run(&mut self, id: &str, prompt: &Prompt) -> Arc<Run> {
        let run = self.world.add(&self.agent, id, prompt);
        for _ in 0..self.readers {
            let (world, run, random) = (self.world, run.clone(), Random::new(self.random.next()));
            let active = Active::begin(world);
            self.scope.spawn(move || {
                Reader::new(world, &run, random).read();
                drop(active);
            });
        }
        run
    }

    fn await_end(&self, run: &Run) {
        while !run.done.load(Ordering::Relaxed) && !self.world.is_over() {
            thread::sleep(LOOK);
        }
    }
}

/// `bc-` and a uuid, chosen here so that an agent whose creation was not answered can be asked for.
fn agent_id(random: &mut Random) -> String {
    let (high, low) = (random.next(), random.next());
    format!(
        "bc-{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}
