//! Follow-ups that wait: in order, once, and never into what has failed.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;

const LONG: &str = "#demo chunks=100000 rate=50";
const SHORT: &str = "#demo chunks=2 rate=1000";

async fn queue(test: &TestApp, agent: &str, prompt: &str) -> String {
    let body = json!({ "prompt": { "text": prompt }, "whenBusy": "queue" });
    let answer = test.post(&format!("/v1/agents/{agent}/runs"), body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.json);
    answer.json["queued"]["id"].as_str().unwrap().to_owned()
}

async fn waiting(test: &TestApp, agent: &str) -> Vec<String> {
    let queue = test.get(&format!("/v1/agents/{agent}/queue?limit=100")).await.json;
    queue["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn cancel(test: &TestApp, agent: &str, run: &str) {
    let answer = test.empty(Method::POST, &format!("/v1/agents/{agent}/runs/{run}/cancel")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
}

/// Waits until the queue is as wanted, told by the stream of changes.
async fn until(test: &TestApp, agent: &str, enough: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/v1/agents/{agent}/queue");
    for _ in 0..200 {
        let mut news = test.app.db.changed();
        let now = test.get(&path).await.json;
        if enough(&now) {
            return now;
        }
        let _ = tokio::time::timeout(std::time::Duration::from_secs(20), news.changed()).await.expect("something changes");
    }
    unreachable!("the queue does not become as wanted");
}

/// The end of a run that may not have begun yet.
async fn ended(test: &TestApp, agent: &str, run: &str) -> Value {
    until(test, agent, |queue| queue["items"].as_array().unwrap().iter().all(|item| item["id"] != run)).await;
    test.ended(agent, run).await
}

#[tokio::test]
async fn prompts_run_one_after_the_other_in_order_under_the_id_they_had() {
    let test = TestApp::new().await;
    let (agent, first) = test.create("#demo chunks=100 rate=200").await;
    let refused = test.post(&format!("/v1/agents/{agent}/runs"), json!({ "prompt": { "text": "x" } })).await;
    assert_eq!(refused.json["error"]["code"], "agent_busy");
    let mut queued = Vec::new();
    for _ in 0..3 {
        queued.push(queue(&test, &agent, SHORT).await);
    }
    assert_eq!(waiting(&test, &agent).await, queued);
    assert_eq!(test.get(&format!("/v1/agents/{agent}")).await.json["queue"]["total"], 3);
    assert_eq!(test.ended(&agent, &first).await["status"], "FINISHED");
    for run in &queued {
        assert_eq!(ended(&test, &agent, run).await["status"], "FINISHED");
    }
    let runs = test.get(&format!("/v1/agents/{agent}/runs")).await.json;
    let ids: Vec<&str> = runs["items"].as_array().unwrap().iter().rev().map(|run| run["id"].as_str().unwrap()).collect();
    assert_eq!(ids[1..], queued);
    assert!(test.get(&format!("/v1/agents/{agent}")).await.json.get("queue").is_none());
}

#[tokio::test]
async fn what_waits_is_edited_moved_and_removed() {
    let test = TestApp::new().await;
    let (agent, run) = test.create(LONG).await;
    let mut ids = Vec::new();
    for index in 0..4 {
        ids.push(queue(&test, &agent, &format!("prompt {index}")).await);
    }
    let path = |id: &str| format!("/v1/agents/{agent}/queue/{id}");
    let patch = json!({ "prompt": { "text": "another" }, "mode": "plan", "position": 0 });
    let changed = test.raw(Method::PATCH, &path(&ids[2]), patch.to_string()).await;
    assert_eq!((changed.status, &changed.json["prompt"]["text"]), (StatusCode::OK, &json!("another")));
    ids.swap(0, 2);
    ids.swap(1, 2);
    assert_eq!(waiting(&test, &agent).await, ids);
    assert_eq!(test.empty(Method::DELETE, &path(&ids[1])).await.status, StatusCode::OK);
    let gone = test.empty(Method::DELETE, &path(&ids[1])).await;
    assert_eq!((gone.status, gone.json["error"]["code"].as_str()), (StatusCode::NOT_FOUND, Some("queued_prompt_not_found")));
    let first = test.get(&format!("/v1/agents/{agent}/queue?limit=1")).await.json;
    assert_eq!((&first["items"][0]["id"], &first["total"]), (&json!(ids[0]), &json!(3)));
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = test.get(&format!("/v1/agents/{agent}/queue?limit=1&cursor={cursor}")).await.json;
    assert_eq!(second["items"][0]["id"], ids[2]);
    let at = json!({ "prompt": { "text": "in between" }, "position": 1 });
    let added = test.post(&format!("/v1/agents/{agent}/queue"), at).await;
    assert_eq!(waiting(&test, &agent).await[1], added.json["id"].as_str().unwrap());
    let cleared = test.empty(Method::DELETE, &format!("/v1/agents/{agent}/queue")).await;
    assert_eq!(cleared.json, json!({ "removed": 4 }));
    cancel(&test, &agent, &run).await;
}

#[tokio::test]
async fn the_queue_pauses_after_a_stop_and_an_error_says_why_and_goes_on() {
    let test = TestApp::new().await;
    let (agent, run) = test.create(LONG).await;
    let failing = queue(&test, &agent, "#demo pace=0 fail=usage-limit\nhello").await;
    let last = queue(&test, &agent, SHORT).await;
    cancel(&test, &agent, &run).await;
    let paused = until(&test, &agent, |queue| queue.get("paused").is_some()).await;
    assert_eq!((&paused["paused"]["reason"], &paused["total"]), (&json!("run_stopped"), &json!(2)));
    let resumed = test.empty(Method::POST, &format!("/v1/agents/{agent}/queue/resume")).await;
    assert_eq!(resumed.status, StatusCode::OK);
    assert_eq!(ended(&test, &agent, &failing).await["status"], "ERROR");
    let paused = until(&test, &agent, |queue| queue.get("paused").is_some()).await;
    assert_eq!(paused["paused"]["reason"], "usage_limit");
    assert!(paused["paused"]["message"].as_str().unwrap().len() > 20, "{paused}");
    assert_eq!(waiting(&test, &agent).await, [last.as_str()], "nothing was burnt");
    // Somebody who sends a prompt by hand does not wait for the queue, nor does the queue for them.
    let by_hand = test.follow_up(&agent, SHORT).await;
    assert_eq!(test.ended(&agent, &by_hand).await["status"], "FINISHED");
    assert_eq!(waiting(&test, &agent).await, [last.as_str()]);
    test.empty(Method::POST, &format!("/v1/agents/{agent}/queue/resume")).await;
    assert_eq!(ended(&test, &agent, &last).await["status"], "FINISHED");
}

#[tokio::test]
async fn one_is_sent_now_in_place_of_what_runs() {
    let test = TestApp::new().await;
    let (agent, run) = test.create(LONG).await;
    let (first, second) = (queue(&test, &agent, SHORT).await, queue(&test, &agent, SHORT).await);
    let sent = test.empty(Method::POST, &format!("/v1/agents/{agent}/queue/{second}/send")).await;
    assert_eq!((sent.status, &sent.json["run"]["id"]), (StatusCode::OK, &json!(second)));
    assert_eq!(test.ended(&agent, &run).await["status"], "CANCELLED");
    for run in [second, first] {
        assert_eq!(ended(&test, &agent, &run).await["status"], "FINISHED", "the stop did not pause the queue");
    }
}

#[tokio::test]
async fn a_queue_is_there_after_the_server_died_and_goes_on() {
    let first = TestApp::new().await;
    let (agent, run) = first.create("#demo chunks=300 rate=100").await;
    let queued = queue(&first, &agent, SHORT).await;
    first.app.close().await;
    let TestApp { directory, app, router, .. } = first;
    drop((app, router));
    let second = TestApp::over(directory, |_| ()).await;
    second.app.recover().await.unwrap();
    assert_eq!(second.ended(&agent, &run).await["status"], "FINISHED");
    assert_eq!(ended(&second, &agent, &queued).await["status"], "FINISHED");
}

#[tokio::test]
async fn a_prompt_that_cannot_be_started_stays_and_says_why() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo chunks=100 rate=200").await;
    let queued = queue(&test, &agent, SHORT).await;
    test.stream_until(&format!("/v1/agents/{agent}/runs/{run}/stream"), |events| events.len() > 10).await;
    std::fs::remove_dir(&test.project).unwrap();
    test.ended(&agent, &run).await;
    let paused = until(&test, &agent, |queue| queue.get("paused").is_some()).await;
    assert_eq!(paused["paused"]["reason"], "not_startable");
    assert_eq!(waiting(&test, &agent).await, [queued.as_str()]);
    std::fs::create_dir(&test.project).unwrap();
    test.empty(Method::POST, &format!("/v1/agents/{agent}/queue/resume")).await;
    assert_eq!(ended(&test, &agent, &queued).await["status"], "FINISHED");
}

#[tokio::test]
async fn a_stop_pauses_the_queue_also_when_the_answer_was_there_already() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 hang-after-result\nhello").await;
    let queued = queue(&test, &agent, SHORT).await;
    test.stream_until(&format!("/v1/agents/{agent}/runs/{run}/stream"), |events| {
        events.iter().any(|event| event.name == "result")
    })
    .await;
    cancel(&test, &agent, &run).await;
    assert_eq!(test.ended(&agent, &run).await["status"], "FINISHED", "it was");
    let paused = until(&test, &agent, |queue| queue.get("paused").is_some()).await;
    assert_eq!((&paused["paused"]["reason"], &paused["items"][0]["id"]), (&json!("run_stopped"), &json!(queued)));
}

#[tokio::test]
async fn a_place_far_behind_the_end_is_the_end() {
    let test = TestApp::new().await;
    let (agent, run) = test.create(LONG).await;
    let first = queue(&test, &agent, SHORT).await;
    let body = json!({ "prompt": { "text": "x" }, "position": u64::MAX });
    let added = test.post(&format!("/v1/agents/{agent}/queue"), body).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.json);
    assert_eq!(waiting(&test, &agent).await, [first.as_str(), added.json["id"].as_str().unwrap()]);
    cancel(&test, &agent, &run).await;
}
