//! Answers made for measuring and for looking at the program from within.

use std::{
    env, io, thread,
    time::{Duration, Instant},
};

use crate::{clock, stream::Stream, switches::Switches};

/// Gives the answer that a switch asks for; false if none does.
pub fn answer(switches: &Switches, args: &[String], stream: &mut Stream) -> io::Result<bool> {
    if let Some(count) = switches.number("chunks") {
        chunks(stream, count, switches.number("rate"), switches.is_on("stamp"))?;
    } else if let Some(size) = switches.number("big") {
        let line = "The demo agent says this over and over, as it was told to do.\n\n";
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        stream.delta(&line.repeat(size / line.len() + 1)[..size])?;
    } else if switches.is_on("echo-env") {
        let mut names: Vec<String> = env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
        names.sort();
        stream.say(&names.join("\n"))?;
    } else if switches.is_on("echo-argv") {
        stream.say(&args.join("\n"))?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn chunks(stream: &mut Stream, count: u64, rate: Option<u64>, stamp: bool) -> io::Result<()> {
    let started = Instant::now();
    for number in 0..count {
        if let Some(rate) = rate.filter(|rate| *rate > 0) {
            // By the clock, not from one to the next, so that the rate holds.
            let due = Duration::from_nanos(number.saturating_mul(1_000_000_000) / rate);
            thread::sleep(due.saturating_sub(started.elapsed()));
        }
        if stamp {
            stream.delta(&format!("{} ", clock::now().as_nanos()))?;
        } else {
            stream.delta(&format!("word {number} "))?;
        }
    }
    Ok(())
}
