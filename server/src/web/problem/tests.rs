use super::*;
use domain::name::RequestNumber;
use rstest::rstest;

#[rstest]
#[case(Refusal::invalid("name", "is missing"), 422)]
#[case(Refusal::RaisesAsk(Vec::new()), 422)]
#[case(Refusal::NameTaken("payments-dev".parse().expect("a name")), 409)]
#[case(Refusal::NameOnCluster("payments-dev".parse().expect("a name")), 409)]
#[case(Refusal::NoCapacity(Vec::new()), 409)]
#[case(Refusal::AlreadyDecided, 409)]
#[case(Refusal::Closed { number: RequestNumber(1), state: "withdrawn".into() }, 409)]
#[case(Refusal::StaleRevision { seen: 1, current: 2 }, 409)]
#[case(Refusal::ClusterNotReady { cluster: "harbour-1".into(), state: "unreachable".into() }, 409)]
#[case(Refusal::OwnRequest, 403)]
#[case(Refusal::NotYourStage { deciders: "Platform".into() }, 403)]
#[case(Refusal::ReadOnlyToken, 403)]
#[case(Refusal::NeedsSession, 403)]
#[case(Refusal::NotAllowed("no".into()), 403)]
fn every_refusal_has_its_status_and_keeps_its_code(#[case] refusal: Refusal, #[case] status: u16) {
    let (code, about_rights) = (refusal.code(), refusal.is_about_rights());
    let problem = Problem::from(Error::Refused(refusal));
    assert_eq!((problem.status.as_u16(), problem.code), (status, code));
    assert_eq!(about_rights, status == 403);
}

#[test]
fn a_cause_is_never_told_to_the_user() {
    let problem = Problem::from(Error::internal(anyhow::anyhow!("password of the database is tide")));
    let document = serde_json::to_string(&problem.document("id-1")).expect("serializes");
    assert!(!document.contains("tide") && document.contains("id-1"), "{document}");
}

#[test]
fn a_refused_field_is_named() {
    let problem = Problem::from(Error::Refused(Refusal::invalid("name", "is missing")));
    let document = serde_json::to_value(problem.document("id-1")).expect("serializes");
    let expected = serde_json::json!({
        "type": "about:blank", "title": "Invalid input", "status": 422, "detail": "Name: is missing.",
        "code": "invalid", "errors": [{ "field": "name", "message": "is missing" }], "request_id": "id-1",
    });
    assert_eq!(document, expected);
}

#[test]
fn what_is_missing_says_how_to_get_in_and_what_is_busy_when_to_come_back() {
    assert_eq!(Problem::sign_in_first().headers()[WWW_AUTHENTICATE], "Bearer");
    assert_eq!(Problem::bad_token().headers()[WWW_AUTHENTICATE], "Bearer error=\"invalid_token\"");
    assert_eq!(Problem::from(Error::Unavailable("later".into())).headers()[RETRY_AFTER], "5");
}
