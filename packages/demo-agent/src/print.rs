//! A print-mode run, from the prompt to the exit code.

use std::{io, path::Path, thread, time::Duration};

use crate::{
    answer::Answer, bench, chat::Chat, cli::Cli, faults::Faults, preflight, prompt, rules::Rules, signals, stream::Stream,
    switches::Switches,
};

/// A word at a time, at the pace of a person reading.
const PACE_MS: u64 = 60;
const FAST_PACE_MS: u64 = 12;

pub fn run(cli: &Cli, mut switches: Switches, args: &[String]) -> u8 {
    signals::install(switches.is_on("ignore-term"));
    // Before anything is read: who is not logged in need not have said anything.
    if let Err(words) = preflight::account(cli, &switches) {
        return fail(&words);
    }
    let given = if cli.words.is_empty() { io::read_to_string(io::stdin().lock()) } else { Ok(cli.words.join(" ")) };
    let given = match given {
        Ok(given) => given,
        Err(error) => return fail(&format!("Error: {error}")),
    };
    let prompt = switches.take_from(&given).trim();
    if switches.is_on("ignore-term") {
        signals::install(true);
    }
    let prepared = preflight::account(cli, &switches).and_then(|source| {
        preflight::headless(&switches)?;
        preflight::model(cli, &switches)?;
        let workspace = preflight::workspace(cli).map_err(|error| format!("Error: {error}"))?;
        preflight::trust(cli, &switches, &workspace)?;
        let session = preflight::session(cli, &workspace)?;
        Ok((source, workspace, session))
    });
    let (source, workspace, session) = match prepared {
        Ok(prepared) => prepared,
        Err(words) => return fail(&words),
    };
    if prompt.is_empty() && given.trim().is_empty() {
        return fail("Error: No prompt provided for print mode");
    }
    let run = Run { cli, switches: &switches, args, source, workspace: &workspace, session: &session };
    match run.turn(prompt) {
        Ok(code) => code,
        // Nobody reads any more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 1,
        Err(error) => fail(&format!("Error: {error}")),
    }
}

struct Run<'a> {
    cli: &'a Cli,
    switches: &'a Switches,
    args: &'a [String],
    source: &'a str,
    workspace: &'a Path,
    session: &'a str,
}

impl Run<'_> {
    fn turn(&self, prompt: &str) -> io::Result<u8> {
        let mut chat = Chat::open(self.workspace, self.session)?;
        let mut stream = Stream::new(self.cli.format, self.cli.partial, self.session, self.pace());
        stream.init(self.source, &self.workspace.to_string_lossy(), preflight::MODEL_NAME)?;
        stream.user(prompt)?;
        let faults = Faults::new(self.switches);
        if let Some(code) = faults.before_work(&mut stream)? {
            return Ok(code);
        }
        // Kept before the work, so that a run that is killed is remembered too.
        let history = chat.history.clone();
        chat.say("user", prompt)?;
        let heard = chat.history.iter().map(|(_, text)| text.len()).sum::<usize>();
        if !bench::answer(self.switches, self.args, &mut stream)? {
            let rules = Rules::load(self.workspace, self.cli.force);
            let newline_ids = self.switches.is_on("newline-call-id");
            let mut answer = Answer::new(&mut stream, self.workspace, &rules, self.cli.mode, &history, newline_ids);
            answer.give(prompt, &prompt::requests(prompt::meant(prompt, &history)))?;
        }
        let last = stream.finish()?;
        chat.say("assistant", &last)?;
        chat.end_turn("completed")?;
        if self.switches.is_on("no-result") {
            return Ok(self.switches.exit_code());
        }
        stream.result(heard)?;
        self.linger();
        Ok(self.switches.exit_code())
    }

    fn pace(&self) -> Duration {
        let fast = self.cli.model.as_deref() == Some("demo-fast");
        let default = if fast { FAST_PACE_MS } else { PACE_MS };
        Duration::from_millis(self.switches.number("pace").unwrap_or(default))
    }

    fn linger(&self) {
        if !self.switches.is_on("hang-after-result") {
            return;
        }
        match self.switches.number("hang-after-result") {
            Some(seconds) if seconds > 1 => thread::sleep(Duration::from_secs(seconds)),
            _ => loop {
                thread::sleep(Duration::from_secs(3600));
            },
        }
    }
}

fn fail(words: &str) -> u8 {
    eprintln!("{words}");
    1
}
