//! Views of what the agent tells or asks: to-dos, subagents, questions, plans.

use domain::{
    ToolView,
    tool::{Question, Todo, TodoStatus},
};
use serde_json::Value;

use super::{Call, field};

pub fn todos(call: &Call<'_>) -> ToolView {
    let source = if call.done.get("todos").is_some() { call.done } else { call.args };
    let todo = |item: &Value| Todo {
        id: field::text(item, &["id"]).unwrap_or_default(),
        content: field::text(item, &["content"]).unwrap_or_default(),
        status: todo_status(item["status"].as_str().unwrap_or_default()),
    };
    ToolView::Todos { items: field::list(source, "todos").iter().map(todo).collect() }
}

fn todo_status(text: &str) -> TodoStatus {
    let text = text.to_ascii_lowercase();
    match text.strip_prefix("todo_status_").unwrap_or(&text) {
        "in_progress" => TodoStatus::InProgress,
        "completed" => TodoStatus::Completed,
        "cancelled" => TodoStatus::Cancelled,
        _ => TodoStatus::Pending,
    }
}

pub fn task(call: &Call<'_>) -> ToolView {
    let steps = field::list(call.done, "conversationSteps");
    let said: Vec<String> = steps.iter().filter_map(|step| field::filled(step.get("assistantMessage")?, &["text"])).collect();
    ToolView::Task {
        description: call.asked(&["description"]).unwrap_or_default(),
        prompt: call.asked(&["prompt"]),
        model: field::filled(call.args, &["model"]),
        answer: (!said.is_empty()).then(|| said.join("\n\n")),
        duration_ms: field::number(call.done, &["durationMs"]),
    }
}

pub fn question(call: &Call<'_>) -> ToolView {
    let option = |option: &Value| option.as_str().map(str::to_owned).or_else(|| field::text(option, &["label", "id"]));
    let question = |question: &Value| Question {
        prompt: field::text(question, &["prompt"]).unwrap_or_default(),
        options: field::list(question, "options").iter().filter_map(option).collect(),
    };
    ToolView::Question {
        title: field::filled(call.args, &["title"]),
        questions: field::list(call.args, "questions").iter().map(question).collect(),
    }
}

pub fn plan(call: &Call<'_>) -> ToolView {
    ToolView::Plan {
        name: field::filled(call.args, &["name"]),
        overview: field::filled(call.args, &["overview"]),
        plan: call.asked(&["plan"]).unwrap_or_default(),
    }
}
