//! What may be live at once, and what a run, a chat and a day may come to.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;

const LONG: &str = "#demo chunks=100000 rate=50";
const SHORT: &str = "#demo chunks=2 rate=1000";

async fn set(test: &TestApp, limits: Value) -> Value {
    let answer = test.raw(Method::PATCH, "/v1/limits", limits.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
    answer.json
}

async fn run(test: &TestApp, agent: &str, run: &str) -> Value {
    test.get(&format!("/v1/agents/{agent}/runs/{run}")).await.json
}

async fn cancel(test: &TestApp, agent: &str, run: &str) {
    assert_eq!(test.empty(Method::POST, &format!("/v1/agents/{agent}/runs/{run}/cancel")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn more_runs_than_may_be_live_wait_in_line_with_their_streams_open() {
    let test = TestApp::new().await;
    set(&test, json!({ "concurrentRuns": 1 })).await;
    let (first, first_run) = test.create(LONG).await;
    let (second, second_run) = test.create(SHORT).await;
    let (third, third_run) = test.create(SHORT).await;
    let waits = run(&test, &third, &third_run).await;
    assert_eq!(
        (&waits["status"], &waits["queuePosition"], &waits["waiting"]["reason"]),
        (&json!("CREATING"), &json!(2), &json!("slot"))
    );
    let stream = format!("/v1/agents/{second}/runs/{second_run}/stream");
    let events = test.stream_until(&stream, |events| !events.is_empty()).await;
    assert_eq!(events[0].data["status"], "CREATING");
    // Who waits can be cancelled without ever having started.
    cancel(&test, &third, &third_run).await;
    let cancelled = test.ended(&third, &third_run).await;
    assert_eq!((&cancelled["status"], cancelled.get("startedAt")), (&json!("CANCELLED"), None));
    cancel(&test, &first, &first_run).await;
    let ended = test.ended(&second, &second_run).await;
    assert_eq!((&ended["status"], ended.get("queuePosition")), (&json!("FINISHED"), None));
}

#[tokio::test]
async fn who_waits_is_in_line_again_after_a_restart() {
    let first = TestApp::new().await;
    set(&first, json!({ "concurrentRuns": 1 })).await;
    let (live, live_run) = first.create(LONG).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(first.create(SHORT).await);
    }
    first.app.close().await;
    let TestApp { directory, app, router, .. } = first;
    drop((app, router));
    let second = TestApp::over(directory, |_| ()).await;
    second.app.recover().await.unwrap();
    // Its stream tells that it is taken up.
    let (agent, last) = &waiting[2];
    second.stream_until(&format!("/v1/agents/{agent}/runs/{last}/stream"), |events| !events.is_empty()).await;
    let positions: Vec<Value> = {
        let mut positions = Vec::new();
        for (agent, id) in &waiting {
            positions.push(run(&second, agent, id).await["queuePosition"].clone());
        }
        positions
    };
    assert_eq!(positions, [json!(1), json!(2), json!(3)]);
    cancel(&second, &live, &live_run).await;
    for (agent, id) in &waiting {
        assert_eq!(second.ended(agent, id).await["status"], "FINISHED");
    }
}

#[tokio::test]
async fn a_day_that_is_used_up_holds_new_runs_until_they_are_let_go() {
    let test = TestApp::new().await;
    let (agent, first) = test.create("#demo pace=0\nlist the files").await;
    assert!(test.ended(&agent, &first).await["toolCalls"].as_i64().unwrap() >= 1);
    set(&test, json!({ "day": { "toolCalls": 1 } })).await;
    let held = test.follow_up(&agent, SHORT).await;
    let waits = run(&test, &agent, &held).await;
    assert_eq!((&waits["status"], &waits["waiting"]["reason"]), (&json!("CREATING"), &json!("day_limit")));
    assert!(waits["waiting"]["message"].as_str().unwrap().contains("of 1 tool calls"), "{waits}");
    let path = format!("/v1/agents/{agent}/runs/{held}/release");
    assert_eq!(test.empty(Method::POST, &path).await.status, StatusCode::OK);
    assert_eq!(test.ended(&agent, &held).await["status"], "FINISHED");
    assert_eq!(test.empty(Method::POST, &path).await.json["error"]["code"], "run_not_waiting");
    // Raising the budget lets them all go.
    let held = test.follow_up(&agent, SHORT).await;
    assert_eq!(run(&test, &agent, &held).await["waiting"]["reason"], "day_limit");
    set(&test, json!({ "day": { "toolCalls": null } })).await;
    assert_eq!(test.ended(&agent, &held).await["status"], "FINISHED");
}

#[tokio::test]
async fn a_run_that_made_as_many_tool_calls_as_it_may_ends_and_goes_on_by_a_follow_up() {
    let test = TestApp::new().await;
    set(&test, json!({ "run": { "toolCalls": 1 } })).await;
    let (agent, id) = test.create("#demo pace=50\nlist the files, then list the files").await;
    let ended = test.ended(&agent, &id).await;
    assert_eq!((&ended["status"], &ended["error"]["code"]), (&json!("ERROR"), &json!("tool_call_limit")), "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("1 tool calls"), "{ended}");
    let again = test.follow_up(&agent, SHORT).await;
    assert_eq!(test.ended(&agent, &again).await["status"], "FINISHED");
}

#[tokio::test]
async fn a_chat_has_a_budget_of_its_own() {
    let test = TestApp::new().await;
    let (agent, id) = test.create("#demo pace=0\nlist the files").await;
    test.ended(&agent, &id).await;
    let path = format!("/v1/agents/{agent}/limits");
    let limits = test.raw(Method::PATCH, &path, json!({ "chat": { "toolCalls": 1 } }).to_string()).await.json;
    assert_eq!((&limits["chat"]["toolCalls"], &limits["overrides"]["chat"]["toolCalls"]), (&json!(1), &json!(1)));
    assert!(limits["spent"]["toolCalls"].as_i64().unwrap() >= 1, "{limits}");
    let refused = test.post(&format!("/v1/agents/{agent}/runs"), json!({ "prompt": { "text": "x" } })).await;
    assert_eq!((refused.status, refused.json["error"]["code"].as_str()), (StatusCode::CONFLICT, Some("chat_limit_reached")));
    let limits = test.raw(Method::PATCH, &path, json!({ "chat": { "toolCalls": null } }).to_string()).await.json;
    assert_eq!(limits["overrides"]["chat"]["toolCalls"], Value::Null);
    let again = test.follow_up(&agent, SHORT).await;
    assert_eq!(test.ended(&agent, &again).await["status"], "FINISHED");
}

#[tokio::test]
async fn limits_that_make_no_sense_change_nothing_and_are_named() {
    let test = TestApp::new().await;
    let before = test.get("/v1/limits").await.json;
    assert_eq!((&before["run"]["repeatedFailures"], &before["run"]["silenceMinutes"]), (&json!(6), &json!(20)));
    for (wrong, named) in [
        (json!({ "concurrentRuns": 0 }), "concurrentRuns"),
        (json!({ "run": { "minutes": 0 } }), "run.minutes"),
        (json!({ "run": { "minutes": 5, "toolCalls": -1 } }), "run.toolCalls"),
        (json!({ "day": { "tokens": 1.5 } }), "day.tokens"),
        (json!({ "chat": { "minutes": "5" } }), "chat.minutes"),
        (json!({ "chat": 5 }), "chat"),
        (json!({ "concurrentRuns": { "a": 1 } }), "concurrentRuns"),
        (json!({ "hour": { "minutes": 5 } }), "hour"),
    ] {
        let answer = test.raw(Method::PATCH, "/v1/limits", wrong.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(answer.json["error"]["message"].as_str().unwrap().contains(named), "{}", answer.json);
    }
    let mut after = test.get("/v1/limits").await.json;
    after["today"] = before["today"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_run_goes_by_the_limits_of_when_it_begins() {
    let test = TestApp::new().await;
    set(&test, json!({ "concurrentRuns": 1 })).await;
    let (first, first_run) = test.create(LONG).await;
    let (agent, id) = test.create("#demo pace=0\nlist the files").await;
    let path = format!("/v1/agents/{agent}/limits");
    test.raw(Method::PATCH, &path, json!({ "run": { "minutes": 7 } }).to_string()).await;
    cancel(&test, &first, &first_run).await;
    test.ended(&agent, &id).await;
    let guards = std::fs::read(test.app.data.runs().join(&id).join("guards.json")).unwrap();
    let guards: Value = serde_json::from_slice(&guards).unwrap();
    assert_eq!(guards["wall"]["most"], 7 * 60_000);
}
