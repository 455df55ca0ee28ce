//! What the program never writes, and the database refuses, too.

use super::Forged;
use sqlx::AssertSqlSafe;

/// Rows that a constraint refuses.
#[derive(Clone, Copy, Debug)]
pub enum Refused {
    /// Who asked approves it themselves.
    OwnDecision,
    /// The same, with somebody else said to be its author.
    OwnDecisionOfAnothersRevision,
    /// The same, with somebody else said to have asked.
    OwnDecisionOfAnothersRequest,
    /// Who wrote its second revision approves a later one.
    DecisionOfAnAuthor,
    /// Somebody gives themselves a role in a team.
    OwnMembership,
    /// Or to a group that is theirs.
    OwnBinding,
    /// The same cluster, by another name.
    SameCluster,
}

impl Refused {
    fn statement(self) -> &'static str {
        match self {
            Self::OwnDecision => {
                "insert into decisions (request_id, revision, digest, stage, person_id, requester_id, author_id, word, granted, decided_at)
                 select id, revision, digest, 0, requester_id, requester_id, revised_by, 'approve', asked, now() from requests"
            }
            Self::OwnDecisionOfAnothersRevision => {
                "insert into decisions (request_id, revision, digest, stage, person_id, requester_id, author_id, word, granted, decided_at)
                 select r.id, revision, digest, 0, requester_id, p.id, p.id, 'approve', asked, now()
                 from requests r, people p where p.subject = 'stranger'"
            }
            Self::OwnDecisionOfAnothersRequest => {
                "insert into decisions (request_id, revision, digest, stage, person_id, requester_id, author_id, word, granted, decided_at)
                 select r.id, revision, digest, 0, other.id, p.id, p.id, 'approve', asked, now()
                 from requests r, people p, people other where p.subject = 'stranger' and other.subject = 'orders-owner'"
            }
            Self::DecisionOfAnAuthor => {
                "insert into decisions (request_id, revision, digest, stage, person_id, requester_id, author_id, word, granted, decided_at)
                 select r.id, r.revision, r.digest, 0, v.author_id, r.requester_id, r.revised_by, 'approve', r.asked, now()
                 from requests r join revisions v on v.request_id = r.id and v.revision = 2"
            }
            Self::OwnMembership => {
                "insert into memberships (team_id, person_id, role, reason, given_by, given_at, until)
                 select t.id, p.id, 'owner', 'why', p.id, now(), now() + interval '1 day'
                 from teams t, people p where t.slug = 'payments' and p.subject = 'platform'"
            }
            Self::OwnBinding => {
                "insert into bindings (group_name, team_id, role, made_by)
                 select 'platform', t.id, 'owner', p.id from teams t, people p where t.slug = 'payments' and p.subject = 'platform'"
            }
            Self::SameCluster => {
                "insert into clusters (id, name, api_url, groups_prefix, overcommit_percent, observer, provisioner, created_at, uid)
                 select gen_random_uuid(), 'quay-8', api_url, groups_prefix, overcommit_percent, '', '', now(), uid from clusters"
            }
        }
    }
}

impl Forged<'_> {
    /// The constraint that refuses it.
    pub async fn refused(&self, row: Refused) -> String {
        let error = sqlx::query(row.statement()).execute(self.db).await.expect_err("is refused");
        let constraint = error.as_database_error().and_then(|error| error.constraint());
        constraint.unwrap_or_else(|| panic!("no constraint refuses it: {error}")).to_owned()
    }

    /// With which words it refuses that rows of a table are changed, deleted, or all taken away.
    pub async fn changes_refused(&self, table: &str, column: &str) -> Vec<String> {
        let mut says = Vec::new();
        for change in [
            format!("update {table} set {column} = {column}"),
            format!("delete from {table}"),
            format!("truncate {table} cascade"),
        ] {
            let error = sqlx::query(AssertSqlSafe(change.clone())).execute(self.db).await.expect_err(&change);
            says.push(format!("{change}: {error}"));
        }
        says
    }

    /// A version of this entry that is offered before enough people approved it; what the database says to that.
    pub async fn offers_unapproved_version(&self, entry: &str) -> String {
        let offer = sqlx::query("update chart_versions set state = 'approved' where entry = $1").bind(entry);
        offer.execute(self.db).await.expect_err("it takes enough people").to_string()
    }

    /// An entry of high risk that is said to be of low risk, without a word that it was: what the database says to it.
    pub async fn eases_entry_unnoticed(&self, entry: &str) -> String {
        let change = "update catalog_entries set spec = spec || '{\"risk\": \"low\"}' where name = $1";
        sqlx::query(change).bind(entry).execute(self.db).await.expect_err("two people decide next").to_string()
    }

    /// Changes of what is approved and kept in the catalog; the code of what the database says to each.
    pub async fn catalog_changes_refused(&self) -> Vec<String> {
        let mut says = Vec::new();
        for change in [
            "update chart_archives set bytes = 'other'",
            "update chart_versions set findings = '{}'",
            "update chart_versions set version = '9.9.9'",
            "update chart_versions set state = 'candidate'",
            "update chart_versions set approved_findings = '{}'",
            "update chart_versions set taken_back = true",
            "update version_approvals set comment = 'other'",
            "delete from version_approvals",
        ] {
            let error = sqlx::query(change).execute(self.db).await.expect_err(change);
            let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
            says.push(format!("{change}: {}", code.unwrap_or_default()));
        }
        says
    }

    /// A revision that who approved has written: with it they are its author, and their approval no longer counts.
    pub async fn revised_by_who_decided(&self) {
        let revision = "insert into revisions (request_id, revision, author_id, digest, asked, size, purpose, made_at)
            select d.request_id, 2, d.person_id, d.digest, d.granted, null, 'x', now() from decisions d";
        self.write(sqlx::query(revision)).await;
    }
}
