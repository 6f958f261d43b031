//! A chat from its first prompt to its last: each run with its readers, each follow-up at once after the
//! `done` before it.

use std::{
    sync::atomic::Ordering,
    thread::{self, Scope},
    time::{Duration, Instant},
};

use super::{
    plan::Conversation,
    random::Random,
    readers::Reader,
    requests,
    world::{Active, World, count},
};

const LOOK: Duration = Duration::from_millis(2);

/// Goes through all prompts; `begun` is when the plan's clock was 0.
pub fn hold<'scope>(scope: &'scope Scope<'scope, '_>, world: &'scope World, conversation: &'scope Conversation, begun: Instant) {
    thread::sleep(conversation.begins_at.saturating_sub(begun.elapsed()));
    let mut random = conversation.random.clone();
    let agent = agent_id(&mut random);
    let mut known = Vec::new();
    for prompt in &conversation.prompts {
        let run = match requests::create_run(world, &agent, &prompt.text, &known) {
            Ok(id) => world.add(&agent, &id, prompt),
            Err(error) => return world.differs(None, format!("{agent}: {error:#}")),
        };
        if !known.is_empty() {
            count(&world.counts.follow_ups);
        }
        known.insert(0, run.id.clone());
        for _ in 0..conversation.readers {
            let (run, random) = (run.clone(), Random::new(random.next()));
            let active = Active::begin(world);
            scope.spawn(move || {
                Reader::new(world, &run, random).read();
                drop(active);
            });
        }
        while !run.done.load(Ordering::Relaxed) {
            if world.is_over() {
                return;
            }
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
