//! The view of a command.

use domain::ToolView;
use serde_json::Value;

use super::{Call, field};

pub fn shell(call: &Call<'_>) -> ToolView {
    let done = call.done;
    let output = field::filled(done, &["interleavedOutput"]).or_else(|| {
        let (stdout, stderr) = (field::text(done, &["stdout"]), field::text(done, &["stderr"]));
        (stdout.is_some() || stderr.is_some()).then(|| stdout.unwrap_or_default() + &stderr.unwrap_or_default())
    });
    ToolView::Shell {
        command: call.text(&["command"]).unwrap_or_default(),
        directory: call.text(&["workingDirectory"]),
        description: field::filled(call.args, &["description"]).or_else(|| call.description.clone()),
        output,
        exit_code: done.get("exitCode").and_then(Value::as_i64),
        signal: field::filled(done, &["signal"]),
        // The second also counts the way to the service and back.
        duration_ms: field::number(done, &["localExecutionTimeMs", "executionTime"]),
        background: field::flag(call.result, "isBackground") || field::flag(done, "isBackground"),
        pid: field::number(done, &["pid"]),
    }
}
