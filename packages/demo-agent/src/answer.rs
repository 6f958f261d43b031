//! The answer to a prompt: what is understood is done step by step, with a to-do list where there are
//! several; what is not gets a tour. It always says plainly that no AI is at work.

use std::{io, path::Path};

use serde_json::{Value, json};

use crate::{
    cli::Mode,
    clock,
    intent::{self, Intent},
    rules::Rules,
    stream::Stream,
    tool::ToolCall,
    work::Work,
};

const FOOTER: &str = "\n*This is the demo agent: it follows a script and has no AI.*\n";

pub struct Answer<'a> {
    work: Work<'a>,
    mode: Mode,
}

impl<'a> Answer<'a> {
    pub fn new(
        stream: &'a mut Stream,
        workspace: &'a Path,
        rules: &'a Rules,
        mode: Mode,
        history: &'a [(String, String)],
        newline_ids: bool,
    ) -> Self {
        Self { work: Work::new(stream, workspace, rules, history, newline_ids), mode }
    }

    pub fn give(&mut self, prompt: &str, requests: &[String]) -> io::Result<()> {
        let mut steps = Vec::new();
        let mut unknown = Vec::new();
        for request in requests {
            match intent::understand(request) {
                Some(intent) => steps.push((request.as_str(), intent)),
                None => unknown.push(request.as_str()),
            }
        }
        match self.mode {
            Mode::Plan => return self.plan(prompt, &steps),
            _ if steps.is_empty() => return self.work.tour(prompt, self.mode),
            _ => {}
        }
        self.work.stream.think(&thoughts(&steps))?;
        let many = steps.len() > 1;
        for (at, (_, intent)) in steps.iter().enumerate() {
            if many {
                self.todos(&steps, at)?;
            }
            if self.mode == Mode::Ask && !intent.only_reads() {
                self.work.note("I am in ask mode, which only reads: I left this step undone.".to_owned());
            } else {
                self.work.step(intent)?;
            }
        }
        if many {
            self.todos(&steps, steps.len())?;
        }
        for request in unknown {
            self.work.note(format!("I did not understand “{request}”."));
        }
        self.conclude()
    }

    fn conclude(&mut self) -> io::Result<()> {
        let notes = std::mem::take(&mut self.work.notes);
        let text = if let [only] = &notes[..] {
            only.clone()
        } else {
            let steps: Vec<String> =
                notes.iter().enumerate().map(|(at, note)| format!("### Step {}\n\n{note}", at + 1)).collect();
            format!("## Done\n\n{}", steps.join("\n\n"))
        };
        self.work.stream.say(&format!("{text}\n{FOOTER}"))
    }

    /// Only looks and then tells what it would do.
    fn plan(&mut self, prompt: &str, steps: &[(&str, Intent)]) -> io::Result<()> {
        self.work.stream.think("I am in plan mode, so I look and change nothing.")?;
        for (_, intent) in steps.iter().filter(|(_, intent)| intent.only_reads()) {
            self.work.step(intent)?;
        }
        let items: Vec<String> = match steps {
            [] => ["Look around in the workspace", "Ask what is wanted in words that the demo agent knows"]
                .map(str::to_owned)
                .into(),
            _ => steps.iter().map(|(request, _)| (*request).to_owned()).collect(),
        };
        let list: Vec<String> = items.iter().map(|item| format!("- [ ] {item}")).collect();
        let plan = format!("# Plan\n\nAsked for: {}\n\n## Steps\n\n{}\n", prompt.trim(), list.join("\n"));
        let args =
            json!({ "plan": plan, "name": "Demo plan", "overview": "What the demo agent would do, step by step.", "todos": [] });
        let call = self.work.call("createPlan", args);
        call.start(self.work.stream)?;
        self.work.stream.query("createPlan", call.args(), &json!({ "result": { "success": {} }, "planUri": "" }))?;
        call.complete(self.work.stream, &json!({ "success": {} }))?;
        self.work.notes.clear();
        self.work.stream.say(&format!("{plan}\nNothing was changed: this is plan mode.\n{FOOTER}"))
    }

    /// The list, with `done` steps behind.
    fn todos(&mut self, steps: &[(&str, Intent)], done: usize) -> io::Result<()> {
        let now = clock::now_ms().to_string();
        let todo = |(at, (request, _)): (usize, &(&str, Intent))| -> Value {
            let status = match at.cmp(&done) {
                std::cmp::Ordering::Less => "TODO_STATUS_COMPLETED",
                std::cmp::Ordering::Equal => "TODO_STATUS_IN_PROGRESS",
                std::cmp::Ordering::Greater => "TODO_STATUS_PENDING",
            };
            json!({
                "id": (at + 1).to_string(), "content": request, "status": status, "createdAt": now, "updatedAt": now,
                "dependencies": [],
            })
        };
        let todos: Vec<Value> = steps.iter().enumerate().map(todo).collect();
        update_todos(&self.work.call("updateTodos", json!({ "todos": todos, "merge": done > 0 })), self.work.stream)
    }
}

pub fn update_todos(call: &ToolCall, stream: &mut Stream) -> io::Result<()> {
    let (todos, merge) = (&call.args()["todos"], &call.args()["merge"]);
    call.start(stream)?;
    let count = todos.as_array().map_or(0, Vec::len);
    call.complete(stream, &json!({ "success": { "todos": todos, "totalCount": count, "wasMerge": merge } }))
}

fn thoughts(steps: &[(&str, Intent)]) -> String {
    match steps {
        [(request, _)] => format!("The request is “{request}”. That is something I have a script for."),
        _ => format!("There are {} things to do here. I will take them one after the other.", steps.len()),
    }
}
