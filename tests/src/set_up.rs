//! What is set up otherwise for a test, as Platform does it or whoever runs the program.

use crate::{Desk, Role, with};
use domain::setup::{Setup, TeamSetup};
use serde_json::{Value, json};
use server::app::{Ctx, setup};

impl Desk {
    /// What a team may hold at most.
    pub async fn limit(&self, team: &str, limits: Value) {
        let limits = serde_json::from_value(limits).expect("are limits");
        let team = TeamSetup { limits, ..self.team(team).await };
        self.set_up(Setup { teams: vec![team], ..Setup::default() }).await;
    }

    /// Gives a group a role in a team, or for all of Berth when there is no team.
    pub async fn bind(&self, group: &str, team: Option<&str>, role: &str) {
        let binding = json!({"group": group, "role": role});
        let Some(team) = team else {
            let platform = vec![serde_json::from_value(binding).expect("is a binding")];
            return self.set_up(Setup { platform, ..Setup::default() }).await;
        };
        let mut team = self.team(team).await;
        team.groups.push(serde_json::from_value(binding).expect("is a binding"));
        self.set_up(Setup { teams: vec![team], ..Setup::default() }).await;
    }

    /// These settings of a cluster.
    pub async fn set_cluster(&self, name: &str, settings: Value) {
        let cluster = self.there().await.clusters.into_iter().find(|cluster| cluster.name.as_str() == name);
        let cluster = serde_json::to_value(cluster.expect("there is the cluster")).expect("can be written");
        let cluster = serde_json::from_value(with(cluster, settings)).expect("are settings");
        self.set_up(Setup { clusters: vec![cluster], ..Setup::default() }).await;
    }

    /// Platform pauses a cluster.
    pub async fn pause(&self, cluster: &str, reason: &str) {
        let path = format!("/api/v1/clusters/{cluster}/pause");
        self.as_(Role::Platform).await.post(&path, &json!({"reason": reason})).await.expect(200);
    }

    /// And resumes it: what waits there is enqueued.
    pub async fn resume(&self, cluster: &str) {
        let path = format!("/api/v1/clusters/{cluster}/resume");
        self.as_(Role::Platform).await.post(&path, &json!({})).await.expect(200);
    }

    async fn team(&self, slug: &str) -> TeamSetup {
        let team = self.there().await.teams.into_iter().find(|team| team.slug.as_str() == slug);
        team.expect("there is the team")
    }

    async fn there(&self) -> Setup {
        setup::export(&Ctx::operator(self.berth().clone())).await.expect("is exported")
    }

    /// Makes it so, as whoever runs the program may: also roles that nobody who has signed in may give. What is not named
    /// stays as it is.
    async fn set_up(&self, wanted: Setup) {
        setup::apply(&Ctx::operator(self.berth().clone()), wanted, false).await.expect("is applied");
    }
}
