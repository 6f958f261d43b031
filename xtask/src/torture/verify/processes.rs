//! No process of a run is left: none that carries its mark, none that descended from a shim, no shim.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::torture::{
    processes::{self, Process},
    world::{World, lock},
};

const LOOK: Duration = Duration::from_millis(200);

/// A killed process may take a moment to be gone.
const GONE_LIMIT: Duration = Duration::from_secs(10);

/// Remembers what shims have below them, until the end.
pub fn watch(world: &World) {
    while !world.is_over() {
        let all = processes::all();
        let shims = processes::shims(&all, &world.data);
        lock(&world.members).extend(processes::descendants(&all, shims.into_values()));
        thread::sleep(LOOK);
    }
}

pub fn none_is_left(world: &World) {
    let begun = Instant::now();
    let mut left = left(world);
    while !left.is_empty() && begun.elapsed() < GONE_LIMIT {
        thread::sleep(Duration::from_millis(50));
        left = self::left(world);
    }
    for what in left {
        world.differs(None, what);
    }
}

fn left(world: &World) -> Vec<String> {
    let all = processes::all();
    let describe = |process: &Process| format!("process {} `{}`", process.id.pid, process.command.join(" "));
    let mut left = Vec::new();
    for (process, mark) in instance(&world.data).map(|instance| processes::marked(&all, &instance)).unwrap_or_default() {
        left.push(format!("{} with the mark {mark} is left", describe(&process)));
    }
    for (run, shim) in processes::shims(&all, &world.data) {
        left.push(format!("the shim {} of {run} is left", shim.pid));
    }
    let members = lock(&world.members);
    for process in all.iter().filter(|process| members.contains(&process.id)) {
        left.push(format!("{}, which descended from a shim, is left", describe(process)));
    }
    left
}

/// Ends all that carries a mark of this data directory: whatever was found, nothing of it goes on.
pub fn end_all(data: &Path) {
    let all = processes::all();
    for shim in processes::shims(&all, data).into_values() {
        processes::kill(shim);
    }
    let Some(instance) = instance(data) else { return };
    for (process, _) in processes::marked(&all, &instance) {
        processes::kill(process.id);
    }
}

/// As any run's launch has it.
fn instance(data: &Path) -> Option<String> {
    let runs = std::fs::read_dir(data.join("runs")).ok()?.flatten();
    runs.into_iter().find_map(|run| {
        let spec: shim::spec::Spec = serde_json::from_slice(&std::fs::read(run.path().join(shim::spec::SPEC_FILE)).ok()?).ok()?;
        Some(spec.instance)
    })
}
