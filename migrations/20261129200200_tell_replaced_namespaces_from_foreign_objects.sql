-- Where another namespace has the name, nothing there is the team's; an object of somebody else's in its own is another
-- thing. What is kept as 'foreign' is said anew by the next look.
alter table namespaces
    drop constraint namespace_trouble,
    add constraint namespace_trouble check (
        trouble in ('missing', 'leaving', 'replaced', 'foreign', 'refused', 'ahead')
    );
