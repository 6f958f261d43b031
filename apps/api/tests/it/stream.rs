//! The stream of one run.

use axum::http::StatusCode;

use crate::app::{Event, TestApp, text_of};

#[tokio::test]
async fn a_stream_resumes_after_any_event_and_ends_with_done() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0\nwrite a.txt with x, then read a.txt").await;
    let path = format!("/v1/agents/{agent}/runs/{run}/stream");
    let whole = test.stream(&path).await;
    assert_eq!(whole.last().map(|event| (event.name.as_str(), event.data.to_string())), Some(("done", "{}".to_owned())));
    assert_eq!(whole[0].data["status"], "CREATING");
    assert!(whole.iter().all(|event| event.id.is_some() != (event.name == "status")));
    let numbered: Vec<&Event> = whole.iter().filter(|event| event.id.is_some()).collect();
    for (index, event) in numbered.iter().enumerate() {
        let rest = test.stream_after(&path, event.id.as_deref()).await;
        assert_eq!(rest[0].name, "status", "who comes back is told the state");
        let rest: Vec<&Event> = rest.iter().filter(|event| event.id.is_some()).collect();
        assert_eq!(rest, numbered[index + 1..]);
    }
    let names: Vec<&str> = whole.iter().map(|event| event.name.as_str()).collect();
    assert!(
        names.iter().all(|name| ["status", "assistant", "thinking", "tool_call", "result", "done", "heartbeat"].contains(name)),
        "{names:?}"
    );
}

#[tokio::test]
async fn ids_of_other_streams_are_refused() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0").await;
    let (_, other) = test.create("#demo pace=0").await;
    test.ended(&agent, &run).await;
    let tail = &other[other.len() - 12..];
    for id in ["x", "1", "-", &format!("{tail}-1-1"), &format!("{}-1-100000", &run[run.len() - 12..])] {
        let request =
            test.request(axum::http::Method::GET, &format!("/v1/agents/{agent}/runs/{run}/stream")).header("last-event-id", id);
        let answer = test.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status, answer.json["error"]["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid_last_event_id")),
            "{id}"
        );
    }
}

#[tokio::test]
async fn oddities_of_the_program_reach_the_reader_as_they_are() {
    let test = TestApp::new().await;
    for prompt in [
        "#demo pace=0 newline-call-id",
        "#demo pace=0 completed-without-started",
        "#demo pace=0 garbage",
        "#demo pace=0 connection",
    ] {
        let (agent, run) = test.create(&format!("{prompt}\nlist the files")).await;
        let events = test.stream(&format!("/v1/agents/{agent}/runs/{run}/stream?detail=full")).await;
        assert_eq!(events.last().unwrap().name, "done", "{prompt}");
        let calls: Vec<&Event> = events.iter().filter(|event| event.name == "tool_call").collect();
        assert!(!calls.is_empty(), "{prompt}");
        assert_eq!(calls.last().unwrap().data["status"], "completed", "{prompt}");
        assert!(calls.iter().all(|call| call.data["view"]["kind"].is_string()), "{prompt}");
        if prompt.contains("newline-call-id") {
            assert!(calls.iter().all(|call| call.data["callId"].as_str().unwrap().contains('\n')), "{prompt}");
        }
        if prompt.contains("garbage") {
            assert!(events.iter().any(|event| event.name == "notice"), "{prompt}");
        }
        assert_eq!(test.ended(&agent, &run).await["status"], "FINISHED", "{prompt}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_of_fifty_megabytes_arrives_whole() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 big=50000000").await;
    let events = test.stream(&format!("/v1/agents/{agent}/runs/{run}/stream")).await;
    assert!(text_of(&events, "assistant").len() >= 50_000_000);
    let run = test.get(&format!("/v1/agents/{agent}/runs/{run}")).await.json;
    assert_eq!(run["status"], "FINISHED");
    let steps = test.steps(&agent).await;
    let long = steps.iter().find(|step| step["type"] == "assistant_message" && step["truncated"] == true).unwrap();
    assert!(long["size"].as_u64().unwrap() >= 50_000_000 && long["text"].as_str().unwrap().len() <= 256 * 1024);
}

#[tokio::test]
async fn a_long_tool_result_is_a_preview_with_the_whole_beside_it() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 big-tool=1000000").await;
    let events = test.stream(&format!("/v1/agents/{agent}/runs/{run}/stream")).await;
    assert!(events.iter().all(|event| event.data.to_string().len() <= 256 * 1024));
    assert!(events.iter().any(|event| event.data["truncated"]["result"] == true));
    let steps = test.steps(&agent).await;
    let long = steps.iter().find(|step| step["type"] == "tool_call" && step["truncated"] == true).unwrap();
    let whole = test.get(&format!("/v1/agents/{agent}/steps/{}/content", long["id"].as_str().unwrap())).await.json;
    assert!(whole["result"].to_string().len() >= 1_000_000);
}

#[tokio::test]
async fn a_silent_run_still_beats() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 silent=60").await;
    let path = format!("/v1/agents/{agent}/runs/{run}/stream");
    let begun = std::time::Instant::now();
    let events = test.stream_until(&path, |events| events.iter().any(|event| event.name == "heartbeat")).await;
    assert!(begun.elapsed().as_secs() < 6);
    let beat = events.iter().find(|event| event.name == "heartbeat").unwrap();
    assert_eq!((beat.id.as_ref(), beat.data.to_string().as_str()), (None, "{}"));
    test.empty(axum::http::Method::DELETE, &format!("/v1/agents/{agent}")).await;
}
