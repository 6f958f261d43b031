//! Does what the plan says, one fault after the other, and notes on each run what was done to it.

use std::{
    collections::HashMap,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{
    event_log,
    plan::{Fault, Kind},
    processes::{self, Id},
    random::Random,
    requests,
    tails::{self, Tail},
    world::{Run, World, lock},
};
use crate::program::{Place, Server};

/// An orderly end takes less by far; this is for a machine that is busy.
const END_LIMIT: Duration = Duration::from_secs(60);

/// A fault that finds nobody to hit waits so long for somebody.
const TARGET_LIMIT: Duration = Duration::from_secs(2);

/// A port that was just given up may be taken for a moment.
const STARTS: u32 = 40;

pub struct Executor<'a> {
    world: &'a World,
    place: Place,
    /// None only between two of them.
    server: Option<Server>,
}

impl<'a> Executor<'a> {
    pub fn new(world: &'a World, place: Place, server: Server) -> Self {
        Self { world, place, server: Some(server) }
    }

    pub fn inject(&mut self, fault: &Fault) -> anyhow::Result<()> {
        let mut random = fault.random.clone();
        if !matches!(fault.kind, Kind::ServerKilled | Kind::ServerTerminated | Kind::ServerKilledInStart) {
            self.await_target();
        }
        let done = match fault.kind {
            Kind::ServerKilled => self.replace(&mut random, |server| server.kill(), 0),
            Kind::ServerTerminated => {
                let world = self.world;
                self.replace(&mut random, |server| terminate(world, server), 0)
            }
            Kind::ServerKilledInStart => {
                let tries = random.between(1, 3) as u32;
                self.replace(&mut random, |server| server.kill(), tries)
            }
            Kind::ShimKilled => Ok(self.kill_shims(1, &mut random) > 0),
            Kind::ProgramKilled => Ok(self.kill_program(&mut random)),
            Kind::AllKilled => {
                self.kill_server()?;
                let killed = self.kill_program_and_shim(&mut random);
                self.come_back(&mut random, 0)?;
                Ok(killed)
            }
            Kind::ManyKilled => {
                self.kill_server()?;
                let count = random.between(2, 5) as usize;
                let killed = self.kill_shims(count, &mut random) > 0;
                self.come_back(&mut random, 0)?;
                Ok(killed)
            }
            Kind::Cancelled => Ok(false),
        }?;
        if done {
            *lock(&self.world.counts.faults).entry(fault.kind).or_default() += 1;
        }
        Ok(())
    }

    /// A run that goes on, to be cancelled.
    pub fn cancel_target(&self, fault: &Fault) -> Option<Arc<Run>> {
        self.await_target();
        let shims: Vec<(String, Id)> = self.shims();
        let (run, _) = fault.random.clone().pick(&shims)?.clone();
        self.world.run(&run)
    }

    /// Ends the server in order and starts another, for what is compared at the end.
    pub fn restart_in_order(&mut self) -> anyhow::Result<()> {
        let server = self.server.take().context("no server")?;
        terminate(self.world, server)?;
        self.start()
    }

    pub fn end(mut self) -> anyhow::Result<()> {
        terminate(self.world, self.server.take().context("no server")?)
    }

    fn replace(
        &mut self,
        random: &mut Random,
        end: impl FnOnce(Server) -> anyhow::Result<()>,
        killed_in_start: u32,
    ) -> anyhow::Result<bool> {
        end(self.server.take().context("no server")?)?;
        self.come_back(random, killed_in_start)?;
        Ok(true)
    }

    fn kill_server(&mut self) -> anyhow::Result<()> {
        self.server.take().context("no server")?.kill()
    }

    /// Tears what may be torn, waits a moment or none, and starts the next server.
    fn come_back(&mut self, random: &mut Random, killed_in_start: u32) -> anyhow::Result<()> {
        self.tear(random)?;
        thread::sleep(Duration::from_millis(*random.pick(&[0, 0, 20, 100, 300, 1200]).unwrap_or(&0)));
        for _ in 0..killed_in_start {
            let starting = self.place.spawn(self.world.address.port())?;
            thread::sleep(Duration::from_millis(random.between(0, 150)));
            starting.kill()?;
            self.tear(random)?;
        }
        self.start()
    }

    fn start(&mut self) -> anyhow::Result<()> {
        let reached = |run: &Arc<Run>| {
            (run.id.clone(), event_log::ending(&processes::run_directory(&self.world.data, &run.id).join("events")).number)
        };
        let live: HashMap<String, u64> =
            self.shims().iter().filter_map(|(run, _)| self.world.run(run)).map(|run| reached(&run)).collect();
        for attempt in 1.. {
            self.world.reattach.begin(live.clone());
            match self.place.spawn(self.world.address.port())?.answered(self.world.key.clone()) {
                Ok(server) => {
                    self.world.reattach.first_answer.push(server.answered_after);
                    self.server = Some(server);
                    break;
                }
                Err(error) if attempt == STARTS => return Err(error.context("the server does not start any more")),
                Err(_) => {
                    self.world.reattach.give_up();
                    thread::sleep(Duration::from_millis(50));
                }
            }
        }
        Ok(())
    }

    /// While no server lives.
    fn tear(&self, random: &mut Random) -> anyhow::Result<()> {
        let shims: HashMap<String, Id> = self.shims().into_iter().collect();
        for run in self.world.all_runs() {
            let directory = processes::run_directory(&self.world.data, &run.id);
            if random.chance(3) && directory.join("events").exists() && tails::tear_events(&directory, random)? {
                self.count(Tail::Events);
            }
            let shim_died = lock(&run.harm).shim_killed.is_some() && !shims.contains_key(&run.id);
            if shim_died
                && random.chance(2)
                && let Some(tail) = tails::tear_log(&directory, random)?
            {
                self.count(tail);
            }
        }
        Ok(())
    }

    fn count(&self, tail: Tail) {
        *lock(&self.world.counts.tails).entry(tail).or_default() += 1;
    }

    fn await_target(&self) {
        let begun = Instant::now();
        while self.shims().is_empty() && begun.elapsed() < TARGET_LIMIT {
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Shims whose program was started; what they have below them is remembered.
    fn shims(&self) -> Vec<(String, Id)> {
        let all = processes::all();
        let shims = processes::shims(&all, &self.world.data);
        lock(&self.world.members).extend(processes::descendants(&all, shims.values().copied()));
        let started = |run: &String| processes::program(&processes::run_directory(&self.world.data, run)).is_some();
        shims.into_iter().filter(|(run, _)| started(run) && self.world.run(run).is_some()).collect()
    }

    fn kill_shims(&self, count: usize, random: &mut Random) -> usize {
        let mut shims = self.shims();
        let mut killed = 0;
        while killed < count && !shims.is_empty() {
            let (run, shim) = shims.swap_remove(random.next() as usize % shims.len());
            killed += usize::from(self.kill_shim(&run, shim));
        }
        killed
    }

    fn kill_shim(&self, run: &str, shim: Id) -> bool {
        let Some(run) = self.world.run(run) else { return false };
        // Noted before: what follows of it may be seen at once.
        let before = lock(&run.harm).shim_killed.replace(Instant::now());
        let killed = processes::kill(shim);
        if !killed {
            lock(&run.harm).shim_killed = before;
        }
        while processes::lives(shim) {
            thread::sleep(Duration::from_millis(1));
        }
        killed
    }

    fn kill_program(&self, random: &mut Random) -> bool {
        let shims = self.shims();
        random.pick(&shims).is_some_and(|(run, _)| self.kill_program_of(run))
    }

    fn kill_program_of(&self, run: &str) -> bool {
        let program = processes::program(&processes::run_directory(&self.world.data, run));
        let (Some(run), Some(program)) = (self.world.run(run), program) else { return false };
        let before = std::mem::replace(&mut lock(&run.harm).program_killed, true);
        let killed = processes::kill(program);
        lock(&run.harm).program_killed = killed || before;
        killed
    }

    fn kill_program_and_shim(&self, random: &mut Random) -> bool {
        let shims = self.shims();
        let Some((run, shim)) = random.pick(&shims) else { return false };
        let program = self.kill_program_of(run);
        self.kill_shim(run, *shim) || program
    }
}

/// Asks the API to cancel a run; in a thread of its own, since the answer comes with the run's end.
pub fn cancel(world: &World, run: &Run) {
    lock(&run.harm).cancel_asked = true;
    let path = format!("/v1/agents/{}/runs/{}/cancel", run.agent, run.id);
    match requests::ask(world, "POST", &path, None) {
        Ok((200, _)) => {
            lock(&run.harm).cancelled = Some(200);
            *lock(&world.counts.faults).entry(Kind::Cancelled).or_default() += 1;
        }
        // It has ended before.
        Ok((409, _)) => lock(&run.harm).cancelled = Some(409),
        Ok((status, answer)) => world.differs(Some(run), format!("cancel was answered {status} {answer}")),
        Err(error) => world.differs(Some(run), format!("{error:#}")),
    }
}

fn terminate(world: &World, server: Server) -> anyhow::Result<()> {
    let (status, took) = server.terminate(END_LIMIT)?;
    world.reattach.orderly_end.push(took);
    if !status.success() {
        world.differs(None, format!("a server that was asked to end did so with {status}"));
    }
    Ok(())
}
