-- The commitments of a filled database and all that belongs to them, set-wise. `filling.py` prepares the tables
-- fill_aid, fill_choice and fill_people, sets fill.commitments, fill.first and fill.until, and runs the statements in
-- their order. Every draw is a hash of the commitment's ordinal: the same database at every run.

CREATE FUNCTION pg_temp.pick(n bigint, seed int, options int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT abs(hashint8extended(n, seed) % options)::int $$;

-- A UUIDv7 is written in two parts, the instant and the ordinal, with what tells the tables apart between them
CREATE FUNCTION pg_temp.head(at timestamptz) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT regexp_replace(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0'), '(.{8})(.{4})', '\1-\2-7') $$;

CREATE FUNCTION pg_temp.tail(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT '-8000-' || lpad(to_hex(n), 12, '0') $$;

CREATE FUNCTION pg_temp.padded(n bigint, width int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT lpad(n::text, greatest(width, length(n::text)), '0') $$;

CREATE FUNCTION pg_temp.roman(month int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT (ARRAY['I','II','III','IV','V','VI','VII','VIII','IX','X','XI','XII'])[month] $$;

CREATE UNLOGGED TABLE fill_case AS
WITH drawn AS (
    SELECT n,
           current_setting('fill.first')::timestamptz
             + (current_setting('fill.until')::timestamptz - current_setting('fill.first')::timestamptz)
             * ((n - 0.5) / current_setting('fill.commitments')::float8) AS created_at,
           n::float8 / current_setting('fill.commitments')::float8 AS age,
           (ARRAY[0,0,0,0,0,0,0,0,0,0,0,0,1,1,2,2,3,4,4,5])[1 + pg_temp.pick(n, 1, 20)] AS p,
           pg_temp.pick(n, 2, 1000) AS fate
    FROM generate_series(1, current_setting('fill.commitments')::bigint) AS n
), stood AS (
    SELECT *, CASE
        WHEN fate < 30 THEN 'rejected'
        WHEN fate < 60 THEN 'withdrawn'
        WHEN age > 0.97 AND fate < 450 THEN 'draft'
        WHEN age > 0.97 AND fate < 900 THEN 'submitted'
        WHEN fate < 75 THEN 'draft'
        WHEN fate < 85 THEN 'revision_requested'
        WHEN fate < 780 THEN 'approved'
        WHEN fate < 860 THEN 'custody'
        WHEN fate < 880 THEN 'transit'
        WHEN fate < 890 THEN 'recorded'
        WHEN fate < 910 OR age > 0.9 THEN 'accepted'
        ELSE 'closed' END AS stand
    FROM drawn
), placed AS (
    SELECT stood.*, choice.target_id, choice.t, choice.area_code AS target_area, choice.kind AS target_kind,
           pg_temp.pick(n, 3, 5) AS preference
    FROM stood
    JOIN (SELECT p, count(*)::int AS choices FROM fill_choice GROUP BY p) AS many USING (p)
    JOIN fill_choice AS choice ON choice.p = stood.p AND choice.i = pg_temp.pick(n, 4, many.choices)
), stepped AS (
    SELECT *, '{drafted}'::text[] || CASE
        WHEN stand = 'draft' THEN '{}'::text[]
        WHEN stand = 'withdrawn' THEN '{withdrawn}'
        WHEN stand = 'submitted' THEN '{submitted,assessed}'
        WHEN stand IN ('revision_requested', 'rejected') THEN ARRAY['submitted', 'assessed', stand]
        ELSE '{submitted,assessed,approved}'::text[] || CASE stand
            WHEN 'approved' THEN '{}'::text[]
            WHEN 'custody' THEN '{allocated,received}'
            WHEN 'transit' THEN '{allocated,received,dispatched}'
            WHEN 'recorded' THEN '{allocated,received,dispatched,handover_recorded,evidence_attached}'
            WHEN 'accepted' THEN '{allocated,received,dispatched,handover_recorded,evidence_attached,handed_over}'
            ELSE '{allocated,received,dispatched,handover_recorded,evidence_attached,handed_over,closed}' END
        END AS steps
    FROM placed
)
SELECT n, p, program.program_id, head || '001' || tail AS id, head, tail, created_at,
       least('30 hours'::interval, (current_setting('fill.until')::timestamptz - created_at) / cardinality(steps)) AS gap,
       stand, steps, t, target_id, target_area, target_kind,
       CASE WHEN stand IN ('custody', 'transit', 'recorded', 'accepted') THEN 'approved' ELSE stand END AS status,
       stand IN ('custody', 'transit', 'recorded', 'accepted', 'closed') AS with_goods,
       stand IN ('transit', 'recorded', 'accepted', 'closed') AS sent,
       stand IN ('recorded', 'accepted', 'closed') AS handed,
       stand IN ('accepted', 'closed') AS accepted,
       -- Of every tenth case that isn't closed half is promised so far, of every tenth half has come
       stand <> 'closed' AND pg_temp.pick(n, 18, 10) = 0 AS half_promised,
       stand <> 'closed' AND pg_temp.pick(n, 19, 10) = 0 AS half_come,
       CASE preference WHEN 0 THEN '31' WHEN 1 THEN target_area ELSE substr(target_area, 1, 5) END AS area_code,
       -- Collaborators are unlike in size: the square of an even draw
       floor(power(pg_temp.pick(n, 5, 1000000) / 1e6, 2) * (SELECT count(*) FROM fill_people WHERE role = 'collaborator'))::int AS donor,
       pg_temp.pick(n, 6, (SELECT count(*)::int FROM fill_people WHERE role = 'aggregator')) AS aggregator,
       pg_temp.pick(n, 7, (SELECT count(*)::int FROM fill_people WHERE role = 'executor')) AS executor,
       program.program_id || '-' || extract(year FROM created_at AT TIME ZONE 'Asia/Jakarta')::int AS series,
       row_number() OVER (PARTITION BY p, extract(year FROM created_at AT TIME ZONE 'Asia/Jakarta') ORDER BY n) AS serial
FROM (SELECT *, pg_temp.head(created_at) AS head, pg_temp.tail(n) AS tail FROM stepped OFFSET 0) AS stepped
JOIN (SELECT DISTINCT p, program_id FROM fill_aid) AS program USING (p);

ANALYZE fill_case;

INSERT INTO commitments (id, number, program_id, collaborator_id, aggregator_id, status, assessment, fund_source, area_code,
    target_kind, planned_handover_on, note, synthetic, created_by, created_at, submitted_at, approved_at, closed_at, allocated, received,
    handed_over, version)
SELECT c.id, upper(program_id) || substr(series, length(program_id) + 1) || '-' || pg_temp.padded(serial, 6), program_id,
       donor.party_id, holder.party_id, status,
       CASE WHEN 'assessed' = ANY (steps) THEN 'passed' ELSE 'pending' END, 'own', c.area_code,
       CASE WHEN pg_temp.pick(n, 8, 3) > 0 THEN target_kind END,
       ((c.created_at + (7 + pg_temp.pick(n, 9, 60)) * '1 day'::interval) AT TIME ZONE 'Asia/Jakarta')::date,
       'Dibuat untuk pengukuran', true, donor.account_id, c.created_at,
       CASE WHEN 'submitted' = ANY (steps) THEN c.created_at + gap END,
       CASE WHEN 'approved' = ANY (steps) THEN c.created_at + 3 * gap END,
       CASE WHEN 'closed' = ANY (steps) THEN c.created_at + (cardinality(steps) - 1) * gap END,
       CASE WHEN NOT with_goods THEN 'none' WHEN half_promised THEN 'partial' ELSE 'complete' END,
       CASE WHEN NOT with_goods THEN 'none' WHEN half_come THEN 'partial' ELSE 'complete' END,
       CASE WHEN NOT accepted THEN 'none' WHEN half_promised OR half_come THEN 'partial' ELSE 'complete' END,
       cardinality(steps)
FROM fill_case AS c
JOIN fill_people AS donor ON donor.role = 'collaborator' AND donor.i = c.donor
JOIN fill_people AS holder ON holder.role = 'aggregator' AND holder.i = c.aggregator
ORDER BY n;

-- With goods one line, which goes whole to one target; without, one to three lines
CREATE UNLOGGED TABLE fill_line AS
SELECT c.n, position, head || '02' || position || tail AS line_id, aid.a, aid.aid_type,
       quantity.committed,
       CASE WHEN NOT with_goods THEN 0 WHEN half_promised THEN committed / 2 ELSE committed END AS promised,
       CASE WHEN NOT with_goods THEN 0 WHEN half_come THEN committed / 2 ELSE committed END AS come,
       CASE WHEN NOT sent THEN 0 WHEN half_promised OR half_come THEN committed / 2 ELSE committed END AS gone,
       (SELECT pg_temp.head(current_setting('fill.first')::timestamptz)) || '003' || pg_temp.tail(c.t * 64 + aid.a) AS need_id
FROM fill_case AS c
CROSS JOIN LATERAL generate_series(0, CASE WHEN with_goods THEN 0 ELSE pg_temp.pick(n, 12, 3) END) AS position
CROSS JOIN LATERAL (SELECT 5 + pg_temp.pick(c.n * 4 + position, 11, 400) AS committed) AS quantity
JOIN (SELECT p, count(*)::int AS kinds FROM fill_aid GROUP BY p) AS many USING (p)
JOIN fill_aid AS aid ON aid.p = c.p AND aid.i = pg_temp.pick(n * 4 + position, 13, many.kinds);

ANALYZE fill_line;

INSERT INTO commitment_lines (id, commitment_id, position, aid_type, unit, attributes, schema_version, unit_value, committed,
    cancelled, received, written_off, allocated, dispatched, accepted, rejected, lost)
SELECT line_id, c.id, position, line.aid_type, unit, attributes, version, unit_value, committed, 0,
       come, 0, promised, gone, CASE WHEN c.accepted THEN gone ELSE 0 END, 0, 0
FROM fill_line AS line JOIN fill_case AS c USING (n) JOIN fill_aid AS aid USING (a)
ORDER BY n, position;

INSERT INTO assessments (id, commitment_id, at, state, findings)
SELECT head || '004' || tail, id, created_at + 2 * gap, 'passed', '[]'
FROM fill_case WHERE 'assessed' = ANY (steps) ORDER BY n;

INSERT INTO allocations (id, commitment_id, line_id, target_id, need_id, quantity, released, dispatched, accepted, rejected,
    lost, reason, at)
SELECT head || '005' || tail, c.id, line_id, target_id, need_id, promised, 0, gone, CASE WHEN c.accepted THEN gone ELSE 0 END,
       0, 0, '', created_at + 4 * gap
FROM fill_case AS c JOIN fill_line AS line USING (n) WHERE with_goods ORDER BY n;

INSERT INTO receipts (id, commitment_id, aggregator_id, kind, at, note)
SELECT head || '006' || tail, c.id, holder.party_id, 'receipt', created_at + 5 * gap, ''
FROM fill_case AS c JOIN fill_people AS holder ON holder.role = 'aggregator' AND holder.i = c.aggregator
WHERE with_goods ORDER BY n;

INSERT INTO receipt_lines (receipt_id, line_id, quantity)
SELECT head || '006' || tail, line_id, come
FROM fill_case JOIN fill_line USING (n) WHERE with_goods ORDER BY n;

INSERT INTO dispatches (id, number, commitment_id, aggregator_id, executor_id, target_id, vehicle, at)
SELECT head || '007' || tail,
       pg_temp.padded(row_number() OVER (PARTITION BY p, extract(year FROM day) ORDER BY n), 4) || '/SJ/KSBB-'
         || upper(program_id) || '/' || target_area || '/' || pg_temp.roman(extract(month FROM day)::int) || '/'
         || extract(year FROM day),
       id, holder, executor, target_id, 'B 1234 XYZ', at
FROM (
    SELECT c.n, head, tail, c.p, c.id, c.program_id, c.target_area, c.target_id, c.created_at + 6 * gap AS at,
           ((c.created_at + 6 * gap) AT TIME ZONE 'Asia/Jakarta')::date AS day,
           holder.party_id AS holder, carrier.party_id AS executor
    FROM fill_case AS c
    JOIN fill_people AS holder ON holder.role = 'aggregator' AND holder.i = c.aggregator
    JOIN fill_people AS carrier ON carrier.role = 'executor' AND carrier.i = c.executor
    WHERE sent
) AS gone ORDER BY n;

INSERT INTO dispatch_lines (id, dispatch_id, allocation_id, line_id, quantity, accepted, rejected, lost)
SELECT head || '008' || tail, head || '007' || tail,
       head || '005' || tail, line_id, gone, CASE WHEN c.accepted THEN gone ELSE 0 END, 0, 0
FROM fill_case AS c JOIN fill_line USING (n) WHERE sent ORDER BY n;

INSERT INTO handovers (id, dispatch_id, commitment_id, target_id, status, recipient_name, recipient_office,
    witness_account_id, recorded_by, place, handed_over_at, recorded_at, decided_at, decision_note)
SELECT head || '009' || tail, head || '007' || tail, c.id, target_id,
       CASE WHEN c.accepted THEN 'confirmed' ELSE 'recorded' END, 'Penerima contoh', 'Ketua RW', officer.account_id,
       carrier.account_id, 'Balai RW', c.created_at + 7 * gap, c.created_at + 7 * gap,
       CASE WHEN c.accepted THEN c.created_at + 9 * gap END, ''
FROM fill_case AS c
JOIN fill_people AS carrier ON carrier.role = 'executor' AND carrier.i = c.executor
JOIN fill_people AS officer ON officer.role = 'witness' AND officer.area_code = c.target_area
WHERE handed ORDER BY n;

INSERT INTO handover_lines (handover_id, dispatch_line_id, delivered, accepted, rejected, lost, reason, condition)
SELECT head || '009' || tail, head || '008' || tail, gone, gone, 0, 0,
       '', 'baik'
FROM fill_case JOIN fill_line USING (n) WHERE handed ORDER BY n;

INSERT INTO evidence (id, handover_id, file_sha256, file_name, added_by, added_at)
SELECT head || '00a' || tail, head || '009' || tail,
       (SELECT sha256 FROM files), 'serah-terima.png', carrier.account_id, c.created_at + 8 * gap
FROM fill_case AS c JOIN fill_people AS carrier ON carrier.role = 'executor' AND carrier.i = c.executor
WHERE handed ORDER BY n;

INSERT INTO reports (id, handover_id, program_id, year, sequence, number, verify_code, status, issued_at, program_name, agency,
    file_sha256)
SELECT head || '00b' || tail, handover_id, program_id, extract(year FROM day), serial,
       pg_temp.padded(serial, 4) || '/BAST/KSBB-' || upper(program_id) || '/' || target_area || '/'
         || pg_temp.roman(extract(month FROM day)::int) || '/' || extract(year FROM day),
       substr(encode(sha256(handover_id::bytea), 'hex'), 1, 16), 'issued', at, 'KSBB ' || initcap(program_id), 'Pokja KSBB', NULL
FROM (
    SELECT *, row_number() OVER (PARTITION BY p, extract(year FROM day) ORDER BY n) AS serial
    FROM (
        SELECT n, head, tail, p, program_id, target_area, created_at + 9 * gap AS at, head || '009' || tail AS handover_id,
               ((created_at + 7 * gap) AT TIME ZONE 'Asia/Jakarta')::date AS day
        FROM fill_case WHERE accepted
    ) AS confirmed
) AS numbered ORDER BY n;

INSERT INTO counters (name, value)
SELECT 'commitment:' || program_id || ':' || right(series, 4), max(serial) FROM fill_case GROUP BY program_id, series
UNION ALL
SELECT 'report:' || program_id || ':' || year, max(sequence) FROM reports GROUP BY program_id, year
UNION ALL
SELECT 'dispatch:' || c.program_id || ':' || extract(year FROM d.at AT TIME ZONE 'Asia/Jakarta'), count(*)
FROM dispatches AS d JOIN commitments AS c ON c.id = d.commitment_id GROUP BY 1;

-- The whole hash chain of every commitment: its canonical JSON, as `ksbb.domain.events` writes it.
-- OFFSET 0 keeps each expression from being worked out wherever it is used
INSERT INTO events (id, stream, sequence, kind, at, account_id, role, reason, payload, previous, hash)
WITH RECURSIVE chain AS (
    SELECT c.created_at, gap, steps, head, tail, 'commitment:' || c.id AS stream,
           '{"number":"' || c.series || '-' || c.serial || '"}' AS payload,
           donor.account_id AS donor, holder.account_id AS holder, carrier.account_id AS carrier,
           officer.account_id AS officer, judge.account_id AS judge,
           0 AS sequence, ''::text AS event_id, ''::text AS kind, NULL::timestamptz AS at, ''::text AS account_id,
           ''::text AS role, ''::text AS previous, repeat('0', 64) AS hash
    FROM fill_case AS c
    JOIN fill_people AS donor ON donor.role = 'collaborator' AND donor.i = c.donor
    JOIN fill_people AS holder ON holder.role = 'aggregator' AND holder.i = c.aggregator
    JOIN fill_people AS carrier ON carrier.role = 'executor' AND carrier.i = c.executor
    JOIN fill_people AS officer ON officer.role = 'witness' AND officer.area_code = c.target_area
    JOIN fill_people AS judge ON judge.role = 'assessor' AND judge.i = 0
    UNION ALL
    SELECT created_at, gap, steps, head, tail, stream, payload, donor, holder, carrier, officer, judge, next.sequence,
           event_id, kind, at, account_id, role, previous,
           encode(sha256(convert_to(
               '{"account_id":"' || account_id || '","at":"' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
               || '+00:00","id":"' || event_id || '","kind":"' || kind || '","payload":' || payload || ',"previous":"' || previous
               || '","reason":"","role":"' || role || '","sequence":' || next.sequence || ',"stream":"' || stream || '"}',
               'UTF8')), 'hex')
    FROM (
        SELECT *, CASE role WHEN 'collaborator' THEN donor WHEN 'aggregator' THEN holder WHEN 'executor' THEN carrier
                   WHEN 'witness' THEN officer WHEN 'assessor' THEN judge ELSE 'system' END AS account_id
        FROM (
            SELECT *, CASE
                WHEN kind IN ('drafted', 'submitted', 'withdrawn', 'closed') THEN 'collaborator'
                WHEN kind IN ('received', 'dispatched') THEN 'aggregator'
                WHEN kind IN ('handover_recorded', 'evidence_attached') THEN 'executor'
                WHEN kind = 'handed_over' THEN 'witness'
                WHEN kind = 'assessed' THEN 'system'
                ELSE 'assessor' END AS role
            FROM (
                SELECT created_at, gap, steps, head, tail, stream, payload, donor, holder, carrier, officer, judge,
                       sequence + 1 AS sequence, head || to_hex(256 + sequence) || tail AS event_id,
                       steps[sequence + 1] AS kind, created_at + sequence * gap AS at, hash AS previous
                FROM chain WHERE sequence < cardinality(steps) OFFSET 0
            ) AS dated OFFSET 0
        ) AS played OFFSET 0
    ) AS next
)
SELECT event_id, stream, sequence, kind, at, account_id, role, '', payload::jsonb, previous, hash FROM chain WHERE sequence > 0;

-- One piece of work for each event that programs are told of, all done long ago
INSERT INTO outbox (id, program_id, consumer, stage, subject_id, event_id, status, attempts, available_at, claimed_until,
    reason, created_at, done_at)
SELECT head || to_hex(1024 + sequence) || tail, program_id, CASE kind WHEN 'submitted' THEN program_id || '-assess' ELSE 'lifecycle' END,
       kind, id, head || to_hex(255 + sequence) || tail, 'done', 1, at, at + '10 minutes', '', at, at + '5 seconds'
FROM (
    SELECT n, head, tail, program_id, id, kind, sequence, created_at + (sequence - 1) * gap AS at
    FROM fill_case CROSS JOIN LATERAL unnest(steps) WITH ORDINALITY AS step (kind, sequence)
    WHERE sequence > 1
) AS said ORDER BY n, sequence;

INSERT INTO outbox (id, program_id, consumer, stage, subject_id, event_id, status, attempts, available_at, reason, created_at)
SELECT head || '44c' || tail, program_id, 'lifecycle', 'approved', id, head || '44d' || tail,
       CASE WHEN n % 3 = 0 THEN 'parked' ELSE 'pending' END, CASE WHEN n % 3 = 0 THEN 8 ELSE 1 END,
       current_setting('fill.until')::timestamptz + '1 hour',
       CASE WHEN n % 3 = 0 THEN 'RuntimeError: the receiver is away' ELSE '' END, at
FROM (SELECT *, created_at + gap AS at FROM fill_case ORDER BY n DESC LIMIT 600) AS late;

INSERT INTO idempotency (account_id, key, request_sha256, status, headers, body, created_at)
SELECT donor.account_id, 'fill-' || n, repeat('0', 64), 201, '{}', '{"id":"' || c.id || '","version":1}', c.created_at
FROM fill_case AS c JOIN fill_people AS donor ON donor.role = 'collaborator' AND donor.i = c.donor
WHERE n % 2 = 0 ORDER BY n;

INSERT INTO follow_ups (id, program_id, kind, subject_id, commitment_id, due_on, owner_role, owner_party_id, title_id, title_en,
    status, result, created_at, completed_at, completed_by, version)
SELECT head || '00c' || tail, c.program_id, 'visit_30', id, id, (at + '30 days')::date,
       CASE WHEN n % 2 = 0 THEN 'executor' ELSE 'assessor' END, CASE WHEN n % 2 = 0 THEN carrier.party_id END,
       'Kunjungan setelah 30 hari', 'Visit after 30 days',
       CASE WHEN at + '30 days' > current_setting('fill.until')::timestamptz THEN 'open' WHEN n % 20 < 2 THEN 'overdue' ELSE 'completed' END,
       '{}', at, CASE WHEN n % 20 >= 2 AND at + '30 days' <= current_setting('fill.until')::timestamptz THEN at + '29 days' END,
       NULL, 2
FROM (SELECT *, created_at + 9 * gap AS at FROM fill_case WHERE accepted) AS c
JOIN fill_people AS carrier ON carrier.role = 'executor' AND carrier.i = c.executor
ORDER BY n;

INSERT INTO needs (id, target_id, program_id, aid_type, quantity, promised, accepted, source, as_of, tier, period, carried, version)
SELECT (SELECT pg_temp.head(current_setting('fill.first')::timestamptz)) || '003' || pg_temp.tail(t * 64 + a), target_id, program_id, aid_type,
       coalesce(promised, 0) + coalesce(accepted, 0) + CASE WHEN pg_temp.pick(t * 64 + a, 15, 10) = 0 THEN 0 ELSE 1000 + pg_temp.pick(t * 64 + a, 14, 100000) END,
       coalesce(promised, 0), coalesce(accepted, 0), 'Data contoh',
       current_setting('fill.until')::date - pg_temp.pick(t * 64 + a, 16, 300), 'normal', '', 0, 1
FROM (SELECT DISTINCT t, target_id, p FROM fill_choice) AS choice
JOIN fill_aid USING (p)
LEFT JOIN (
    SELECT need_id, sum(quantity - accepted) AS promised, sum(accepted) AS accepted FROM allocations GROUP BY need_id
) AS given ON given.need_id = (SELECT pg_temp.head(current_setting('fill.first')::timestamptz)) || '003' || pg_temp.tail(t * 64 + a);

CREATE UNLOGGED TABLE fill_pledge AS
SELECT c.id, c.program_id, line.aid_type, c.area_code, line.committed - line.cancelled - line.written_off - line.allocated AS pledged
FROM commitments AS c JOIN commitment_lines AS line ON line.commitment_id = c.id
WHERE c.status IN ('submitted', 'revision_requested', 'approved');

INSERT INTO coverage (program_id, aid_type, area_code, targets, need, pledged, promised, accepted)
SELECT program_id, aid_type, area_code, sum(targets), sum(need), sum(pledged), sum(promised), sum(accepted)
FROM (
    SELECT program_id, aid_type, area_code, 1 AS targets, quantity AS need, 0 AS pledged, promised, accepted
    FROM needs JOIN targets ON targets.id = target_id
    UNION ALL
    SELECT program_id, aid_type, area_code, 0, 0, pledged, 0, 0 FROM fill_pledge WHERE length(area_code) = 13
) AS part
GROUP BY program_id, aid_type, area_code;

INSERT INTO pledged_wider (program_id, aid_type, area_code, slot, pledged)
SELECT program_id, aid_type, area_code, abs(hashtext(id)) % 16 AS slot, sum(pledged)
FROM fill_pledge WHERE length(area_code) < 13 GROUP BY program_id, aid_type, area_code, slot;

INSERT INTO participants (program_id, role, party_id, since)
SELECT program_id, 'collaborator', collaborator_id, min((approved_at AT TIME ZONE 'Asia/Jakarta')::date)
FROM commitments WHERE approved_at IS NOT NULL GROUP BY 1, 3
UNION ALL
SELECT c.program_id, 'aggregator', r.aggregator_id, min((r.at AT TIME ZONE 'Asia/Jakarta')::date)
FROM receipts AS r JOIN commitments AS c ON c.id = r.commitment_id GROUP BY 1, 3;

INSERT INTO reached (program_id, aid_type, target_id, since)
SELECT program_id, line.aid_type, target_id, min(((created_at + 9 * gap) AT TIME ZONE 'Asia/Jakarta')::date)
FROM fill_case AS c JOIN fill_line AS line USING (n) WHERE c.accepted GROUP BY 1, 2, 3;

CREATE UNLOGGED TABLE fill_sum AS
SELECT program_id, day, measure, city, donor_class, kind, aid_type, sum(acts)::bigint AS count, sum(quantity)::bigint AS quantity,
       sum(value)::bigint AS value
FROM (
    SELECT c.program_id, ((c.created_at + after * gap) AT TIME ZONE 'Asia/Jakarta')::date AS day, measure,
           substr(CASE WHEN of_target THEN c.target_area ELSE c.area_code END, 1, 5) AS city, donor.donor_class,
           CASE WHEN of_target OR pg_temp.pick(n, 8, 3) > 0 THEN target_kind ELSE '' END AS kind,
           line.aid_type, 1 AS acts, done.quantity, done.quantity * coalesce(unit_value, 0) AS value
    FROM fill_case AS c
    JOIN fill_line AS line USING (n)
    JOIN fill_aid AS aid USING (a)
    JOIN fill_people AS donor ON donor.role = 'collaborator' AND donor.i = c.donor
    CROSS JOIN LATERAL (VALUES
        ('committed', 3, false, 'approved' = ANY (steps), committed), ('allocated', 4, true, with_goods, promised),
        ('received', 5, false, with_goods, come), ('dispatched', 6, true, sent, gone), ('accepted', 9, true, c.accepted, gone)
    ) AS done (measure, after, of_target, happened, quantity)
    WHERE happened
    UNION ALL
    SELECT c.program_id, ((c.created_at + 3 * gap) AT TIME ZONE 'Asia/Jakarta')::date, 'commitment', substr(c.area_code, 1, 5),
           donor.donor_class, CASE WHEN pg_temp.pick(n, 8, 3) > 0 THEN target_kind ELSE '' END, '', 1, 0, 0
    FROM fill_case AS c JOIN fill_people AS donor ON donor.role = 'collaborator' AND donor.i = c.donor
    WHERE 'approved' = ANY (steps)
) AS counted
GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- As the fold leaves them: one row for each day that is over, today's in its slots
INSERT INTO statistics_daily (day, program_id, measure, city, donor_class, target_kind, aid_type, synthetic, slot, count, quantity, value)
SELECT day, program_id, measure, city, donor_class, kind, aid_type, true,
       CASE WHEN day < (current_setting('fill.until')::timestamptz AT TIME ZONE 'Asia/Jakarta')::date THEN -1
            ELSE pg_temp.pick(count, 17, 16) END,
       count, quantity, value
FROM fill_sum ORDER BY day;

INSERT INTO statistics_folded (breakdown, span, since, program_id, measure, city, donor_class, target_kind, aid_type, synthetic, count, quantity, value)
SELECT breakdown, span, date_trunc(span, day)::date AS since, program_id, measure,
       CASE WHEN breakdown IN ('city', 'all') THEN city ELSE '' END AS of_city,
       CASE WHEN breakdown IN ('donor_class', 'all') THEN donor_class ELSE '' END AS of_class,
       CASE WHEN breakdown IN ('target_kind', 'all') THEN target_kind ELSE '' END AS of_kind,
       CASE WHEN breakdown IN ('aid_type', 'all') THEN aid_type ELSE '' END AS of_type,
       true, sum(count), sum(quantity), sum(value)
FROM statistics_daily
CROSS JOIN unnest('{all,total,city,donor_class,target_kind,aid_type}'::text[]) AS breakdown
CROSS JOIN unnest('{day,month,year}'::text[]) AS span
WHERE slot = -1 AND (breakdown, span) <> ('all', 'day')
GROUP BY breakdown, span, 3, program_id, measure, of_city, of_class, of_kind, of_type
ORDER BY 1, 2, 3;

INSERT INTO statistics_folded (breakdown, span, since, program_id, measure, city, donor_class, target_kind, aid_type, synthetic, count, quantity, value)
SELECT concat_ws('+', kept[1], kept[2]), span, since, program_id, measure,
       CASE WHEN 'city' = ANY (kept) THEN city ELSE '' END AS of_city,
       CASE WHEN 'donor_class' = ANY (kept) THEN donor_class ELSE '' END AS of_class,
       CASE WHEN 'target_kind' = ANY (kept) THEN target_kind ELSE '' END AS of_kind,
       CASE WHEN 'aid_type' = ANY (kept) THEN aid_type ELSE '' END AS of_type,
       true, sum(count), sum(quantity), sum(value)
FROM statistics_folded
CROSS JOIN (VALUES ('{city,donor_class}'::text[]), ('{city,target_kind}'), ('{city,aid_type}'), ('{donor_class,target_kind}'),
    ('{donor_class,aid_type}'), ('{target_kind,aid_type}')) AS two (kept)
WHERE breakdown = 'all'
GROUP BY kept, span, since, program_id, measure, of_city, of_class, of_kind, of_type
ORDER BY 1, 2, 3;

DROP TABLE fill_sum, fill_pledge, fill_line, fill_case, fill_choice, fill_people, fill_aid;
