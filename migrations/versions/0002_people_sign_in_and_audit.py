"""people, sign-in and audit"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

BEIJING = ZoneInfo('Asia/Shanghai')
PERSON = sa.table(
    'person',
    sa.column('id', sa.Integer), sa.column('unit_id', sa.Integer), sa.column('post', sa.Text),
    sa.column('created_at', sa.BigInteger), sa.column('party_member', sa.Boolean), sa.column('political', sa.Text),
    sa.column('password_hash', sa.Text), sa.column('must_change_password', sa.Boolean),
)  # fmt: skip
POSTING = sa.table(
    'posting',
    sa.column('person_id', sa.Integer), sa.column('unit_id', sa.Integer), sa.column('post', sa.Text),
    sa.column('kind', sa.Text), sa.column('since', sa.Date), sa.column('note', sa.Text),
)  # fmt: skip


KEPT = ('audit_event', 'audit_seal', 'audit_anchor')
SQLITE_TRIGGERS = (
    *(
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        for table in KEPT
        for act in ('UPDATE', 'DELETE')
    ),
    'CREATE TRIGGER audit_event_waits AFTER INSERT ON audit_event '
    'BEGIN INSERT OR IGNORE INTO audit_waiting (event_id) VALUES (NEW.id); END',
)  # fmt: skip
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE FUNCTION audit_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO audit_waiting (event_id) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL; END $$""",
    *(
        f'CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()'
        for table in KEPT
    ),
    'CREATE TRIGGER audit_event_waits AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_wait()',
)  # fmt: skip


def upgrade() -> None:
    op.create_table('audit_anchor',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('algorithm', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('mac', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_anchor'))
    )
    op.create_table('audit_waiting',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_audit_waiting'))
    )
    op.create_table('audit_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ordered_at', sa.BigInteger(), nullable=False),
    sa.Column('ordered_by', sa.Text(), nullable=False),
    sa.Column('done_at', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_check'))
    )
    op.create_table('unit_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('before', sa.Text(), nullable=True),
    sa.Column('after', sa.Text(), nullable=True),
    sa.Column('by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_change_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_change'))
    )
    with op.batch_alter_table('unit_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_change_unit_id'), ['unit_id'], unique=False)

    op.create_table('access_code',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('issued_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_access_code_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_access_code'))
    )
    op.create_table('correction_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('answered_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_correction_request_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction_request')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('correction_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_correction_request_person_id'), ['person_id'], unique=False)

    op.create_table('posting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('post', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_posting_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_posting_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('posting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_posting_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_posting_unit_id'), ['unit_id'], unique=False)
        batch_op.create_index(
            'uq_posting_open_home', ['person_id'], unique=True,
            sqlite_where=sa.text("kind = 'home' AND until IS NULL"),
            postgresql_where=sa.text("kind = 'home' AND until IS NULL"),
        )

    op.create_table('rank_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_rank_change_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rank_change')),
    sa.UniqueConstraint('person_id', 'since', name=op.f('uq_rank_change_person_id_since')),
    sqlite_autoincrement=True
    )
    op.create_table('recovery_code',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_code_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'digest', name=op.f('pk_recovery_code'))
    )
    op.create_table('roster_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('source', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('only_good', sa.Boolean(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('finished_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_roster_import_created_by_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_roster_import_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_import')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roster_import_created_by'), ['created_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_roster_import_state'), ['state'], unique=False)

    op.create_table('second_factor',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('secret_sealed', sa.Text(), nullable=False),
    sa.Column('confirmed_at', sa.BigInteger(), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_second_factor_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_second_factor'))
    )
    op.create_table('roster_row',
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('faults', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['roster_import.id'], name=op.f('fk_roster_row_import_id_roster_import'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_roster_row_person_id_person')),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_roster_row'))
    )
    with op.batch_alter_table('roster_row', schema=None) as batch_op:
        batch_op.create_index('ix_roster_row_outcome', ['import_id', 'outcome'], unique=False)

    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('agent', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('result', sa.Text(), nullable=False, server_default='ok'))
        batch_op.create_index(batch_op.f('ix_audit_event_target'), ['target'], unique=False)

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pinyin', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('initials', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('sex', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('born_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('id_number_sealed', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('id_number_digest', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('phone_sealed', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('phone_digest', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('staff_no', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('political', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('joined_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('left_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('left_reason', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('erased_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('password_set_at', sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f('ix_person_initials'), ['initials'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_phone_digest'), ['phone_digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_pinyin'), ['pinyin'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_rank'), ['rank'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_person_id_number_digest'), ['id_number_digest'])
        batch_op.create_unique_constraint(batch_op.f('uq_person_staff_no'), ['staff_no'])

    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('granted_by', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('reason', sa.Text(), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_role_grant_unit_id'), ['unit_id'], unique=False)

    with op.batch_alter_table('sign_in_failure', schema=None) as batch_op:
        batch_op.add_column(sa.Column('device', sa.Text(), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_sign_in_failure_device'), ['device'], unique=False)

    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('second_factor', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('short_name', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('leading_group', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('closed_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_unit_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_unit_short_name'), ['short_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_unit_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_unit_merged_into_id_unit'), 'unit', ['merged_into_id'], ['id'])

    _sort_paths('"C"', '')
    _number_once()
    _move_data()
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('party_member')
        batch_op.drop_column('must_change_password')
    _keep_the_log()


def _number_once() -> None:
    """Rows of these tables may go: their numbers are not given again (PostgreSQL never does).

    Not undone by the downgrade, which it does not hinder.
    """
    if op.get_bind().dialect.name != 'sqlite':
        return
    for table in ('clause', 'course_assignment', 'exam_assignment', 'lesson', 'role_grant'):
        with op.batch_alter_table(table, recreate='always', table_kwargs={'sqlite_autoincrement': True}):
            pass


def _keep_the_log() -> None:
    """What is in the audit log stays; what comes into it waits for the sealer.

    SQLite drops a table's triggers when a later migration replaces the table: make them again there.
    """
    op.execute(
        'INSERT INTO audit_waiting (event_id) SELECT id FROM audit_event '
        'WHERE NOT EXISTS (SELECT 1 FROM audit_seal WHERE event_id = audit_event.id)'
    )
    sqlite = op.get_bind().dialect.name == 'sqlite'
    for statement in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def _sort_paths(collation: str, ops: str) -> None:
    """How PostgreSQL compares and indexes unit.path; SQLite always compares bytes."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP INDEX ix_unit_path')
        op.execute(f'ALTER TABLE unit ALTER COLUMN path TYPE text COLLATE {collation}')
        op.execute(f'CREATE INDEX ix_unit_path ON unit (path {ops})')


def _move_data() -> None:
    """Party members get their code; everybody's present unit becomes the first entry of their record."""
    connection = op.get_bind()
    connection.execute(sa.update(PERSON).where(PERSON.c.party_member).values(political='01'))
    # A one-time password is not one's own; a first-access code takes its place.
    connection.execute(sa.update(PERSON).where(PERSON.c.must_change_password).values(password_hash=None))
    for person_id, unit_id, post, created_at in connection.execute(
        sa.select(PERSON.c.id, PERSON.c.unit_id, PERSON.c.post, PERSON.c.created_at)
    ).all():
        since = datetime.fromtimestamp(created_at / 1_000_000, BEIJING).date()
        connection.execute(
            sa.insert(POSTING).values(
                person_id=person_id, unit_id=unit_id, post=post, kind='home', since=since, note=''
            )
        )


def _let_the_log_go() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for statement in SQLITE_TRIGGERS:
            op.execute(f'DROP TRIGGER {statement.split()[2]}')
    else:
        op.execute('DROP FUNCTION audit_refuse() CASCADE')
        op.execute('DROP FUNCTION audit_wait() CASCADE')


def downgrade() -> None:
    _sort_paths('"default"', 'text_pattern_ops')
    _let_the_log_go()
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_unit_merged_into_id_unit'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_unit_merged_into_id'))
        batch_op.drop_index(batch_op.f('ix_unit_short_name'))
        batch_op.drop_index(batch_op.f('ix_unit_name'))
        batch_op.drop_column('merged_into_id')
        batch_op.drop_column('closed_at')
        batch_op.drop_column('leading_group')
        batch_op.drop_column('short_name')

    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.drop_column('second_factor')

    with op.batch_alter_table('sign_in_failure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_failure_device'))
        batch_op.drop_column('device')

    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_role_grant_unit_id'))
        batch_op.drop_column('reason')
        batch_op.drop_column('granted_by')

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('party_member', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column('must_change_password', sa.Boolean(), nullable=False, server_default=sa.false())
        )

    op.get_bind().execute(
        sa.update(PERSON).where(PERSON.c.political.in_(['01', '02'])).values(party_member=True)
    )
    op.get_bind().execute(
        sa.update(PERSON).where(PERSON.c.password_hash.is_(None)).values(must_change_password=True)
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_person_staff_no'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_person_id_number_digest'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_person_rank'))
        batch_op.drop_index(batch_op.f('ix_person_pinyin'))
        batch_op.drop_index(batch_op.f('ix_person_phone_digest'))
        batch_op.drop_index(batch_op.f('ix_person_initials'))
        batch_op.drop_column('password_set_at')
        batch_op.drop_column('erased_at')
        batch_op.drop_column('left_reason')
        batch_op.drop_column('left_on')
        batch_op.drop_column('joined_on')
        batch_op.drop_column('political')
        batch_op.drop_column('staff_no')
        batch_op.drop_column('phone_digest')
        batch_op.drop_column('phone_sealed')
        batch_op.drop_column('id_number_digest')
        batch_op.drop_column('id_number_sealed')
        batch_op.drop_column('born_on')
        batch_op.drop_column('sex')
        batch_op.drop_column('initials')
        batch_op.drop_column('pinyin')

    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_event_target'))
        batch_op.drop_column('result')
        batch_op.drop_column('agent')

    with op.batch_alter_table('roster_row', schema=None) as batch_op:
        batch_op.drop_index('ix_roster_row_outcome')

    op.drop_table('roster_row')
    op.drop_table('second_factor')
    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_roster_import_state'))
        batch_op.drop_index(batch_op.f('ix_roster_import_created_by'))

    op.drop_table('roster_import')
    op.drop_table('recovery_code')
    op.drop_table('rank_change')
    with op.batch_alter_table('posting', schema=None) as batch_op:
        batch_op.drop_index('uq_posting_open_home')
        batch_op.drop_index(batch_op.f('ix_posting_unit_id'))
        batch_op.drop_index(batch_op.f('ix_posting_person_id'))

    op.drop_table('posting')
    with op.batch_alter_table('correction_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_correction_request_person_id'))

    op.drop_table('correction_request')
    op.drop_table('access_code')
    with op.batch_alter_table('unit_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unit_change_unit_id'))

    op.drop_table('unit_change')
    op.drop_table('audit_check')
    op.drop_table('audit_waiting')
    op.drop_table('audit_anchor')
