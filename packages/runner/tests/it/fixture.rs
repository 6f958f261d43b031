//! A runner over a temporary directory, a store in memory, and a driver that reads plain lines.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use agents::{Decoder, Effect, Exit, Input, Session, TurnEnd};
use domain::{Event, Guards, RunError, RunId, RunStatus, Step, StepBody, StepChange};
use runner::{
    Admitted, EventReader, Gate, Known, Launch, Limits, RunOutcome, RunStarted, RunStore, Runner, RunnerError, Settings,
    StoreError,
};

pub const END: &str = "{\"type\":\"result\"";

/// Every line is a piece of text; `END` ends the turn; `think …` is a thought, `fail …` a command that failed.
#[derive(Default)]
pub struct LineDecoder {
    line: Vec<u8>,
    errors: String,
}

impl Decoder for LineDecoder {
    fn feed(&mut self, input: Input<'_>, effects: &mut Vec<Effect>) {
        match input {
            Input::Output(bytes) => {
                for byte in bytes {
                    self.line.push(*byte);
                    if *byte == b'\n' {
                        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
                        if line.starts_with(END) {
                            effects.push(Effect::TurnEnded(TurnEnd { text: Some("bye".to_owned()), ..TurnEnd::default() }));
                        } else if let Some(text) = line.strip_prefix("think ") {
                            effects.push(Effect::Event(Event::Thinking { text: text.to_owned() }));
                        } else if let Some(command) = line.strip_prefix("fail ") {
                            effects.push(Effect::Event(failed(command.trim())));
                        } else if line == "hello\n" {
                            effects.push(Effect::Started(Session { model: Some("M".to_owned()), ..Session::default() }));
                        } else {
                            effects.push(Effect::Event(Event::Assistant { text: line }));
                        }
                    }
                }
            }
            Input::ErrorOutput(bytes) => self.errors.push_str(&String::from_utf8_lossy(bytes)),
            Input::Exited(_) => {}
        }
    }

    fn explain(&self, exit: Exit) -> RunError {
        RunError { code: "agent_failed".to_owned(), message: format!("{}{exit:?}", self.errors), hint: None }
    }
}

/// A shell command that was run and failed.
fn failed(command: &str) -> Event {
    let call = serde_json::json!({
        "callId": command, "name": "run_terminal_cmd", "status": "completed", "outcome": { "type": "failure" },
        "view": { "kind": "shell", "command": command },
    });
    Event::ToolCall(serde_json::from_value(call).unwrap())
}

#[derive(Clone, Default)]
pub struct Memory(pub Arc<Mutex<Stored>>);

#[derive(Default)]
pub struct Stored {
    pub started: HashMap<RunId, RunStarted>,
    pub steps: BTreeMap<(String, u32), Step>,
    pub pieces: BTreeMap<(String, u32, u32), String>,
    pub outcomes: HashMap<RunId, RunOutcome>,
    pub fail: bool,
}

impl Memory {
    fn put(&self, run: RunId, changes: Vec<StepChange>) -> Result<(), StoreError> {
        let mut stored = self.0.lock().unwrap();
        if stored.fail {
            return Err(StoreError("told to fail".to_owned()));
        }
        for change in changes {
            match change {
                StepChange::Closed(step) => drop(stored.steps.insert((run.to_string(), step.id.ordinal), step)),
                StepChange::Piece { id, index, text } => drop(stored.pieces.insert((run.to_string(), id.ordinal, index), text)),
            }
        }
        Ok(())
    }

    pub fn outcome(&self, run: RunId) -> RunOutcome {
        self.0.lock().unwrap().outcomes.get(&run).cloned().expect("the run has ended")
    }

    /// All text of the assistant, from the steps and the pieces.
    pub fn text(&self, run: RunId) -> String {
        let stored = self.0.lock().unwrap();
        let of_run = stored.steps.iter().filter(|((of, _), _)| *of == run.to_string());
        of_run
            .map(|((of, ordinal), step)| match &step.body {
                StepBody::AssistantMessage { .. } if step.truncated => {
                    let pieces = stored.pieces.range((of.clone(), *ordinal, 0)..=(of.clone(), *ordinal, u32::MAX));
                    pieces.map(|(_, text)| text.as_str()).collect()
                }
                StepBody::AssistantMessage { text } => text.clone(),
                _ => String::new(),
            })
            .collect()
    }
}

impl RunStore for Memory {
    async fn started(&self, run: RunId, started: RunStarted) -> Result<(), StoreError> {
        self.0.lock().unwrap().started.insert(run, started);
        Ok(())
    }

    async fn save_steps(&self, run: RunId, changes: Vec<StepChange>) -> Result<(), StoreError> {
        self.put(run, changes)
    }

    async fn finish(&self, run: RunId, changes: Vec<StepChange>, outcome: RunOutcome) -> Result<(), StoreError> {
        self.put(run, changes)?;
        self.0.lock().unwrap().outcomes.insert(run, outcome);
        Ok(())
    }
}

pub struct Fixture {
    pub directory: tempfile::TempDir,
    pub store: Memory,
    pub runner: Runner<Memory>,
}

impl Fixture {
    pub fn new() -> Self {
        Self::over(tempfile::tempdir().unwrap(), Memory::default())
    }

    /// As the next server on the same data directory.
    pub fn over(directory: tempfile::TempDir, store: Memory) -> Self {
        let runner = Runner::new(settings(directory.path().to_owned()), store.clone()).unwrap();
        Self { directory, store, runner }
    }

    pub fn start(&self, script: &str) -> RunId {
        self.start_with(script, limits())
    }

    pub fn start_with(&self, script: &str, limits: Limits) -> RunId {
        self.launch(Launch { limits, ..self.shell(script) })
    }

    /// What runs `script` in a shell.
    pub fn shell(&self, script: &str) -> Launch {
        Launch {
            argv: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            directory: self.directory.path().to_str().unwrap().to_owned(),
            environment: vec![("PATH".into(), "/usr/bin:/bin".into()), ("SECRET".into(), "hunter2".into())],
            input: b"the prompt\n".to_vec(),
            end_of_turn: END.as_bytes(),
            limits: limits(),
            guards: Guards::default(),
            notices: Vec::new(),
            secrets: vec!["hunter2".to_owned()],
        }
    }

    pub fn launch(&self, launch: Launch) -> RunId {
        self.start_when(async { Ok(Admitted { launch, permit: Box::new(()) }) })
    }

    /// A run that waits for `gate`.
    pub fn start_when(&self, gate: impl Future<Output = Result<Admitted, RunnerError>> + Send + 'static) -> RunId {
        self.start_behind(Gate::new(|_| gate))
    }

    pub fn start_behind(&self, gate: Gate) -> RunId {
        let run = RunId::mint();
        self.runner.start(run, 1, Box::<LineDecoder>::default(), gate).unwrap();
        run
    }

    pub async fn attach(&self, run: RunId) {
        self.attach_with(run, Box::<LineDecoder>::default()).await;
    }

    /// As a server with this decoder would.
    pub async fn attach_with(&self, run: RunId, decoder: Box<dyn Decoder>) {
        let closed: HashSet<u32> = self
            .store
            .0
            .lock()
            .unwrap()
            .steps
            .keys()
            .filter(|(of, _)| *of == run.to_string())
            .map(|(_, ordinal)| *ordinal)
            .collect();
        let known = Known { closed, ..Known::default() };
        self.runner.attach(run, decoder, 1, known, vec!["hunter2".to_owned()], Box::new(())).await.unwrap();
    }

    pub async fn ended(&self, run: RunId) -> RunOutcome {
        tokio::time::timeout(Duration::from_secs(30), self.runner.ended(run)).await.expect("the run ends");
        self.store.outcome(run)
    }

    pub async fn status(&self, run: RunId) -> RunStatus {
        self.ended(run).await.status
    }

    /// Every event as a line: id, name, data.
    pub async fn events(&self, run: RunId) -> Vec<String> {
        all(&mut self.runner.events(run, None).await.unwrap()).await
    }

    pub fn instance(&self) -> String {
        instance_of(self.directory.path())
    }

    pub fn run_directory(&self, run: RunId) -> PathBuf {
        self.directory.path().join("runs").join(run.to_string())
    }

    /// Waits until the run has said `text`.
    pub async fn until_text(&self, run: RunId, text: &str) {
        let mut reader = self.runner.events(run, None).await.unwrap();
        let mut seen = String::new();
        while !seen.contains(text) {
            for event in reader.next().await.unwrap().unwrap_or_else(|| panic!("the run goes on: {seen}")) {
                seen.push_str(&String::from_utf8_lossy(event.public()));
            }
        }
    }
}

pub async fn all(reader: &mut EventReader) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(events) = reader.next().await.unwrap() {
        lines.extend(
            events.iter().map(|event| format!("{} {} {}", event.id, event.kind.name(), String::from_utf8_lossy(event.public()))),
        );
    }
    lines
}

/// Tests share the machine's processes, so each has marks of its own.
fn instance_of(directory: &std::path::Path) -> String {
    format!("test{}", directory.file_name().unwrap().to_str().unwrap())
}

pub fn settings(directory: PathBuf) -> Settings {
    let instance = instance_of(&directory);
    Settings { runs: directory.join("runs"), programs: directory.join("programs"), instance }
}

pub fn limits() -> Limits {
    Limits { linger_ms: 200, grace_ms: 300, ..Limits::default() }
}
