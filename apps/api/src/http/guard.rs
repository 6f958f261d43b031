//! Keeps foreign pages out, whatever credential their requests carry: a name of ours in `Host`, and
//! no other site in `Origin`. Also the headers that every answer has.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::AppState;
use crate::{
    app::{Error, Kind},
    config::PublicUrl,
};

pub async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let checked = check(request.uri(), request.headers(), app.config.public_url.as_ref());
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(uri: &Uri, headers: &HeaderMap, public_url: Option<&PublicUrl>) -> Result<(), Error> {
    // Who probes for health may name the server as it likes, and learns nothing by it.
    if uri.path() == "/healthz" {
        return Ok(());
    }
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}").to_ascii_lowercase());
    // One name, and the same one wherever it stands.
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Err(Error::invalid("The request names more than one host."));
    }
    let named = uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
    let host = named.or_else(|| text(header::HOST));
    let host = host.unwrap_or_default();
    let is_public = public_url.is_some_and(|url| url.authority == without_default_port(&host));
    if !is_public && !is_loopback_name(&host) {
        let message = "The server does not go by this name. Start it with --public-url if browsers reach it by another one.";
        return Err(Error::new(Kind::Misdirected, "misdirected_request", message));
    }
    let origin = text(header::ORIGIN);
    let same_origin = match &origin {
        None => true,
        Some(origin) => {
            let own = origin
                .split_once("://")
                .is_some_and(|(scheme, authority)| matches!(scheme, "http" | "https") && authority == host);
            (own && !is_public) || public_url.is_some_and(|url| url.origin == *origin)
        }
    };
    // Browsers tell where a request comes from also where they send no Origin.
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let navigation = text(HeaderName::from_static("sec-fetch-mode")).as_deref() == Some("navigate");
    let foreign_site = matches!(site.as_deref(), Some("cross-site" | "same-site")) && !navigation;
    if !same_origin || foreign_site {
        let message = "Requests from pages of other sites are not answered.";
        return Err(Error::new(Kind::Forbidden, "foreign_origin", message));
    }
    Ok(())
}

/// Any name that a browser resolves to this very machine, with any port: an SSH forward has another.
fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.chars().all(|char| char.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

fn without_default_port(host: &str) -> &str {
    host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(host: &str, more: &[(&str, &str)]) -> Result<(), &'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in [("host", host)].iter().chain(more) {
            headers
                .insert(HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"));
        }
        let url = PublicUrl { origin: "https://agents.example.com".to_owned(), authority: "agents.example.com".to_owned() };
        check(&Uri::from_static("/v1/agents"), &headers, Some(&url)).map_err(|error| error.code)
    }

    #[test]
    fn names_of_this_machine_and_the_public_one_are_ours() {
        for host in [
            "127.0.0.1:4310",
            "localhost",
            "localhost:5000",
            "[::1]:80",
            "127.1.2.3:1",
            "a.localhost:1",
            "agents.example.com",
            "agents.example.com:443",
        ] {
            assert_eq!(answer(host, &[]), Ok(()), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "10.0.0.1:4310",
            "agents.example.com.evil.example",
            "0.0.0.0",
        ] {
            assert_eq!(answer(host, &[]), Err("misdirected_request"), "{host}");
        }
    }

    #[test]
    fn pages_of_others_are_refused() {
        assert_eq!(answer("localhost:4310", &[("origin", "http://localhost:4310"), ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(answer("agents.example.com", &[("origin", "https://agents.example.com")]), Ok(()));
        for origin in ["http://localhost:3000", "null", "https://evil.example", "http://127.0.0.1:4310"] {
            assert_eq!(answer("localhost:4310", &[("origin", origin)]), Err("foreign_origin"), "{origin}");
        }
        assert_eq!(answer("localhost:4310", &[("sec-fetch-site", "cross-site")]), Err("foreign_origin"));
        assert_eq!(answer("localhost:4310", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]), Ok(()));
    }
}
