//! `torture`: the built program among faults, judged from outside.
//!
//! Chats go on while the server, shims and agent programs are killed at random moments and tails of
//! logs are torn; readers come and go. In the end everything is compared: what every reader saw, what
//! the agent programs wrote, the steps, the states, and that no process is left. What is compared is
//! exact and no time is: a busy machine makes it slower and not wrong.

mod conversations;
mod event_log;
mod events;
mod faults;
mod options;
mod plan;
mod processes;
mod prompts;
mod random;
mod readers;
mod report;
mod requests;
mod run_log;
mod tails;
mod verify;
mod world;

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::program::Place;
use faults::Executor;
use options::Options;
use plan::{Kind, Plan};
use world::{Active, World, lock};

/// Beyond the time that was asked for: a run that has not ended by then does not end.
const PATIENCE: Duration = Duration::from_secs(150);

const LOOK: Duration = Duration::from_millis(100);

pub fn main(arguments: Vec<String>) -> anyhow::Result<()> {
    let Some(options) = Options::parse(arguments)? else { return Ok(()) };
    println!("torture: {} runs, {} faults, seed {}", options.runs, options.kills, options.seed);
    let directory = tempfile::Builder::new().prefix("cursor-selfhost-torture-").tempdir()?;
    let place = Place::new(&options.program, &directory.path().canonicalize()?)?;
    let tortured = torture(&options, &place);
    // Whatever went wrong: nothing of this goes on.
    place.stop_all();
    verify::processes::end_all(&place.data());
    match tortured {
        Ok(world) if world.differences().is_empty() => report::print(&options, &world),
        Ok(world) => {
            report::print(&options, &world)?;
            bail!("{}", report::differences(&world, &directory.keep()))
        }
        Err(error) => Err(error.context(format!("with the data in {}", directory.keep().display()))),
    }
}

fn torture(options: &Options, place: &Place) -> anyhow::Result<World> {
    let server = place.serve()?;
    let mut world = World::new(server.address, server.key.clone(), place.data(), options.length + PATIENCE);
    world.modern = server.lift_limits()?;
    let plan = Plan::new(options);
    let mut executor = Executor::new(&world, place.clone(), server);
    let ended = thread::scope(|scope| {
        let begun = Instant::now();
        for conversation in &plan.conversations {
            let (world, active) = (&world, Active::begin(&world));
            scope.spawn(move || {
                conversations::hold(scope, world, conversation, begun);
                drop(active);
            });
        }
        scope.spawn(|| verify::processes::watch(&world));
        let ended = carry_out(&world, &plan, &mut executor, begun, scope);
        world.over.store(true, Ordering::Relaxed);
        ended
    });
    ended?;
    executor.restart_in_order()?;
    verify::all(&world);
    executor.end()?;
    verify::processes::none_is_left(&world);
    Ok(world)
}

fn carry_out<'scope>(
    world: &'scope World,
    plan: &'scope Plan,
    executor: &mut Executor<'_>,
    begun: Instant,
    scope: &'scope thread::Scope<'scope, '_>,
) -> anyhow::Result<()> {
    for fault in &plan.faults {
        thread::sleep(fault.at.saturating_sub(begun.elapsed()));
        // On a busy machine fewer come about; who waits for the end waits no longer for that.
        if begun.elapsed() > plan.faults_until || world.active.load(Ordering::SeqCst) == 0 {
            break;
        }
        if fault.kind == Kind::Cancelled {
            if let Some(run) = executor.cancel_target(fault) {
                let active = Active::begin(world);
                scope.spawn(move || {
                    faults::cancel(world, &run);
                    drop(active);
                });
            }
            continue;
        }
        executor.inject(fault).with_context(|| fault.kind.name())?;
    }
    while world.active.load(Ordering::SeqCst) > 0 {
        if Instant::now() > world.deadline {
            for run in world.all_runs().iter().filter(|run| !run.done.load(Ordering::Relaxed)) {
                world.differs(Some(run), "no reader saw its `done`");
            }
            break;
        }
        thread::sleep(LOOK);
    }
    Ok(())
}

/// The runs of the torture as far as they were made.
fn harmed(world: &World) -> usize {
    world.all_runs().iter().filter(|run| lock(&run.harm).program_killed || lock(&run.harm).shim_killed.is_some()).count()
}
