//! What the agents are asked: prompts for the demo agent, each with the end that it has when nobody
//! disturbs it.

use super::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    Finished,
    /// ERROR with this code.
    Error(&'static str),
}

#[derive(Clone, Debug)]
pub struct Prompt {
    pub text: String,
    pub planned: Planned,
}

/// Work that really reads, writes and runs; each line is a tool call or several.
const WORK: &[&str] = &[
    "create notes.txt with \"first line\"",
    "append \"one more line\" to notes.txt",
    "read notes.txt",
    "replace \"first\" with \"1st\" in notes.txt",
    "run `printf 'a\\nb\\n'; sleep 0.2; echo done`",
    "run `ls -la; exit 3`",
    "run `yes 0123456789 | head -c 200000`",
    "list the files",
    "find *.txt",
    "search for line",
    "think about how it went",
    "make a todo list: one, two, three",
    "read missing.txt",
    "run `sleep 1000` in the background",
    "what did I ask before?",
    "delete notes.txt",
];

/// What goes wrong on purpose beside the answer, and the end that it leads to.
const TROUBLE: &[(&str, Planned)] = &[
    ("garbage", Planned::Finished),
    ("partial-line silent=1.5", Planned::Finished),
    ("connection", Planned::Finished),
    ("newline-call-id completed-without-started", Planned::Finished),
    ("stderr=words_on_standard_error", Planned::Finished),
    ("big-tool=400000", Planned::Finished),
    ("leave-child", Planned::Finished),
    ("leave-child=double", Planned::Finished),
    ("leave-child=ignore-term", Planned::Finished),
    ("ignore-term", Planned::Finished),
    ("silent=2", Planned::Finished),
    ("hang-after-result=2", Planned::Finished),
    ("hang-after-result", Planned::Finished),
    ("hang-after-result ignore-term leave-child=double", Planned::Finished),
    ("exit=3", Planned::Error("agent_failed")),
    ("no-result", Planned::Error("agent_failed")),
    ("crash=11", Planned::Error("agent_failed")),
    ("leave-child=double crash=6", Planned::Error("agent_failed")),
    ("fail=usage-limit", Planned::Error("usage_limit")),
    ("fail=retriable", Planned::Error("connection_failed")),
    ("fail=auth", Planned::Error("not_logged_in")),
];

/// A prompt that keeps the agent busy for about `longest` seconds or less.
pub fn prompt(random: &mut Random, longest: u64) -> Prompt {
    let seconds = random.between(1, longest.max(1));
    let plain = |text| Prompt { text, planned: Planned::Finished };
    match random.weighted(&[6, 5, 1, 1, 1, 5]) {
        0 => plain(format!("#demo {}\nwrite", paced(random, seconds))),
        1 => plain(work(random)),
        2 => plain("#demo chunks=15000 pace=0\nwrite flat out".to_owned()),
        3 => plain(format!("#demo silent={seconds} big={} pace=0\nwrite at length", random.between(200_000, 900_000))),
        4 => plain(calls(random)),
        _ => {
            let (switches, planned) = *random.pick(TROUBLE).unwrap_or(&("silent=1", Planned::Finished));
            Prompt { text: format!("#demo {switches} {}\nin trouble", paced(random, seconds.min(4))), planned }
        }
    }
}

fn paced(random: &mut Random, seconds: u64) -> String {
    let rate = *random.pick(&[20, 100, 400, 1000]).unwrap_or(&100);
    format!("chunks={} rate={rate} pace=5", seconds * rate)
}

fn work(random: &mut Random) -> String {
    let mut lines: Vec<&str> = vec![WORK[0]];
    lines.extend((0..random.between(2, 8)).filter_map(|_| random.pick(WORK)));
    format!("#demo pace={}\n{}", random.between(2, 30), lines.join("\n"))
}

/// Calls and words in turn, as fast as it goes: nothing of it can be merged.
fn calls(random: &mut Random) -> String {
    let lines: Vec<&str> = (0..random.between(20, 60)).map(|_| "list the files").collect();
    format!("#demo pace=1\n{}", lines.join("\n"))
}
