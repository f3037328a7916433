"""parallel papers, rules of an exam, seats, marks, regrades and what candidates are told"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

# What was shown besides the score, and from when.
REVIEWS = {'score': 'never', 'after_submit': 'at_once', 'after_close': 'after_all'}


_blueprint = sa.table('blueprint', sa.column('id'), sa.column('sections', sa.JSON), sa.column('total'))


def _blueprints():
    return op.get_bind().execute(sa.select(_blueprint.c.id, _blueprint.c.sections)).all()


def _set_blueprint(number, **values) -> None:
    op.execute(_blueprint.update().where(_blueprint.c.id == number).values(**values))


def _with_cells(section):
    """What a section of the second release asked for is one cell of it now."""
    kept = {name: section[name] for name in ('title', 'kind', 'points', 'preset')}
    cell = {'count': section['count'], 'topics': section.get('topics', []), 'difficulty': '',
            'rule_sets': section.get('rule_sets', []), 'clauses': []}
    return kept | {'cells': [cell]}


def _without_cells(section):
    """A section of the second release has one count, and topics and rule sets of any of its cells."""
    kept = {name: section[name] for name in ('title', 'kind', 'points', 'preset')}
    asked = {name: sorted({one for cell in section['cells'] for one in cell[name]})
             if all(cell[name] for cell in section['cells']) else [] for name in ('topics', 'rule_sets')}
    return kept | {'count': sum(cell['count'] for cell in section['cells'])} | asked


def upgrade() -> None:
    op.create_table('announcement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_at', sa.BigInteger(), nullable=False),
    sa.Column('written_by', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_announcement_exam_id_exam')),
    sa.ForeignKeyConstraint(['written_by'], ['person.id'], name=op.f('fk_announcement_written_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_announcement_exam_id'), ['exam_id'], unique=False)

    op.create_table('assembly',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('grid', sa.JSON(), nullable=False),
    sa.Column('forms', sa.Integer(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('ordered_at', sa.BigInteger(), nullable=False),
    sa.Column('ordered_by', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.BigInteger(), nullable=True),
    sa.Column('outcome', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_assembly_exam_id_exam')),
    sa.ForeignKeyConstraint(['ordered_by'], ['person.id'], name=op.f('fk_assembly_ordered_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assembly')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('assembly', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assembly_exam_id'), ['exam_id'], unique=False)

    op.create_table('paper_draft',
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_paper_draft_exam_id_exam')),
    sa.PrimaryKeyConstraint('exam_id', 'number', name=op.f('pk_paper_draft'))
    )
    with op.batch_alter_table('blueprint', schema=None) as batch_op:
        batch_op.add_column(sa.Column('at_least', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('enemies', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('total', sa.Integer(), nullable=False, server_default='1000'))
        batch_op.add_column(sa.Column('rest_days', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('rest_exams', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('question_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last', sa.Integer(), nullable=False, server_default='0'))

    for row in _blueprints():
        total = sum(section['count'] * section['points'] for section in row.sections)
        _set_blueprint(row.id, sections=[_with_cells(section) for section in row.sections], total=total)

    op.create_table('exam_form',
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('paper_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_exam_form_exam_id_exam')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_exam_form_paper_id_paper')),
    sa.PrimaryKeyConstraint('exam_id', 'number', name=op.f('pk_exam_form'))
    )
    with op.batch_alter_table('exam_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exam_form_paper_id'), ['paper_id'], unique=False)

    op.create_table('grader',
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('versions', sa.JSON(), nullable=False),
    sa.Column('arbitrates', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_grader_exam_id_exam')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_grader_person_id_person')),
    sa.PrimaryKeyConstraint('exam_id', 'person_id', name=op.f('pk_grader'))
    )
    with op.batch_alter_table('grader', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_grader_person_id'), ['person_id'], unique=False)

    op.create_table('group_allowance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('born_by', sa.Date(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.BigInteger(), nullable=True),
    sa.Column('closes_at', sa.BigInteger(), nullable=True),
    sa.Column('open_book', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint('unit_id IS NOT NULL OR born_by IS NOT NULL', name=op.f('ck_group_allowance_some_group')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_group_allowance_exam_id_exam')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_group_allowance_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_allowance')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('group_allowance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_allowance_exam_id'), ['exam_id'], unique=False)

    op.create_table('sitting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('room', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('doors_at', sa.BigInteger(), nullable=False),
    sa.Column('opens_at', sa.BigInteger(), nullable=False),
    sa.Column('closes_at', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=True),
    sa.Column('started_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_sitting_exam_id_exam')),
    sa.ForeignKeyConstraint(['started_by'], ['person.id'], name=op.f('fk_sitting_started_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_exam_id'), ['exam_id'], unique=False)

    op.create_table('incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('form', sa.Text(), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('noted_by', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_incident_exam_id_exam')),
    sa.ForeignKeyConstraint(['noted_by'], ['person.id'], name=op.f('fk_incident_noted_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_incident_person_id_person')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_incident_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('form', name=op.f('uq_incident_form')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_exam_id'), ['exam_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_sitting_id'), ['sitting_id'], unique=False)

    op.create_table('invigilator',
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invigilator_person_id_person')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_invigilator_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('sitting_id', 'person_id', name=op.f('pk_invigilator'))
    )
    with op.batch_alter_table('invigilator', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invigilator_person_id'), ['person_id'], unique=False)

    op.create_table('regrade',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.JSON(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.BigInteger(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('approved', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('applied_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_regrade_decided_by_person')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_regrade_exam_id_exam')),
    sa.ForeignKeyConstraint(['proposed_by'], ['person.id'], name=op.f('fk_regrade_proposed_by_person')),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_regrade_version_id_question_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regrade')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('regrade', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_regrade_exam_id'), ['exam_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_regrade_version_id'), ['version_id'], unique=False)
        batch_op.create_index('uq_regrade_open', ['exam_id', 'version_id', 'part'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    op.create_table('seat',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('ticket', sa.Text(), nullable=False),
    sa.Column('form', sa.Integer(), nullable=True),
    sa.Column('arrived_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_seat_exam_id_exam')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_seat_person_id_person')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_seat_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat')),
    sa.UniqueConstraint('exam_id', 'person_id', name=op.f('uq_seat_exam_id_person_id')),
    sa.UniqueConstraint('sitting_id', 'number', name=op.f('uq_seat_sitting_id_number')),
    sa.UniqueConstraint('ticket', name=op.f('uq_seat_ticket')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seat_person_id'), ['person_id'], unique=False)

    op.create_table('appeal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('upheld', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_appeal_answered_by_person')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_appeal_attempt_id_attempt')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal')),
    sa.UniqueConstraint('attempt_id', 'slot', name=op.f('uq_appeal_attempt_id_slot')),
    sqlite_autoincrement=True
    )
    op.create_table('device_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    sa.Column('decided_at', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_device_request_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_device_request_decided_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_request')),
    sa.UniqueConstraint('attempt_id', 'session_id', name=op.f('uq_device_request_attempt_id_session_id')),
    sqlite_autoincrement=True
    )
    op.create_table('mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('grader_id', sa.Integer(), nullable=True),
    sa.Column('claimed_at', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=True),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_mark_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['grader_id'], ['person.id'], name=op.f('fk_mark_grader_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark')),
    sa.UniqueConstraint('attempt_id', 'slot', 'grader_id', name=op.f('uq_mark_attempt_id_slot_grader_id')),
    sa.UniqueConstraint('attempt_id', 'slot', 'round', name=op.f('uq_mark_attempt_id_slot_round')),
    sa.UniqueConstraint('code', name=op.f('uq_mark_code')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mark_grader_id'), ['grader_id'], unique=False)

    op.create_table('presence',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_presence_attempt_id_attempt')),
    sa.PrimaryKeyConstraint('attempt_id', name=op.f('pk_presence'))
    )
    op.create_table('takeover',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('session_id', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_takeover_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_takeover_decided_by_person')),
    sa.PrimaryKeyConstraint('attempt_id', 'epoch', name=op.f('pk_takeover'))
    )
    with op.batch_alter_table('allowance', schema=None) as batch_op:
        batch_op.add_column(sa.Column('opens_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('closes_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('open_book', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sitting_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('medium', sa.Text(), nullable=False, server_default='screen'))
        batch_op.add_column(sa.Column('open_book', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('closes_at', sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f('ix_attempt_sitting_id'), ['sitting_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_attempt_sitting_id_sitting'), 'sitting', ['sitting_id'], ['id'])

    op.execute(
        'INSERT INTO exam_form (exam_id, number, paper_id) '
        'SELECT id, 1, paper_id FROM exam WHERE paper_id IS NOT NULL'
    )
    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.add_column(sa.Column('release', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('released_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('appeal_days', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('entry_minutes', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('earliest_minutes', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('outcome', sa.Text(), nullable=False, server_default='best'))
        batch_op.add_column(sa.Column('minimums', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('valid_years', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('makeup_of_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('seated', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('second_mark_percent', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('mark_difference', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('device_approval', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('shuffle_sections', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f('ix_exam_makeup_of_id'), ['makeup_of_id'], unique=False)
        batch_op.drop_constraint(batch_op.f('fk_exam_paper_id_paper'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_exam_makeup_of_id_exam'), 'exam', ['makeup_of_id'], ['id'])
        batch_op.drop_column('paper_id')

    for review, rest in REVIEWS.items():
        op.execute(
            f'UPDATE exam SET release = \'{{"score": "at_once", "verdicts": "{rest}", "keys": "{rest}", '
            f'"explanations": "{rest}"}}\' WHERE review = \'{review}\''
        )
    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.drop_column('review')

    with op.batch_alter_table('paper_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('part', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pending', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('regrade_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_score_regrade_id_regrade'), 'regrade', ['regrade_id'], ['id'])

    with op.batch_alter_table('unapplied_response', schema=None) as batch_op:
        batch_op.add_column(sa.Column('decided_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('decided_by', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('accepted', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('decision', sa.Text(), nullable=False, server_default=''))
        batch_op.create_foreign_key(batch_op.f('fk_unapplied_response_decided_by_person'), 'person', ['decided_by'], ['id'])

    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.create_index('ix_response_last', ['attempt_id', 'received_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_index('ix_response_last')

    for row in _blueprints():
        _set_blueprint(row.id, sections=[_without_cells(section) for section in row.sections])
    with op.batch_alter_table('blueprint', schema=None) as batch_op:
        for name in ('rest_exams', 'rest_days', 'total', 'enemies', 'at_least'):
            batch_op.drop_column(name)

    with op.batch_alter_table('question_version', schema=None) as batch_op:
        batch_op.drop_column('last')

    op.drop_table('paper_draft')
    with op.batch_alter_table('assembly', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assembly_exam_id'))

    op.drop_table('assembly')
    with op.batch_alter_table('unapplied_response', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_unapplied_response_decided_by_person'), type_='foreignkey')
        batch_op.drop_column('decision')
        batch_op.drop_column('accepted')
        batch_op.drop_column('decided_by')
        batch_op.drop_column('decided_at')

    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_score_regrade_id_regrade'), type_='foreignkey')
        batch_op.drop_column('regrade_id')
        batch_op.drop_column('pending')

    with op.batch_alter_table('paper_item', schema=None) as batch_op:
        batch_op.drop_column('part')

    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review', sa.Text(), nullable=False, server_default='score'))
        batch_op.add_column(sa.Column('paper_id', sa.INTEGER(), nullable=True))
        batch_op.drop_constraint(batch_op.f('fk_exam_makeup_of_id_exam'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_exam_paper_id_paper'), 'paper', ['paper_id'], ['id'])
        batch_op.drop_index(batch_op.f('ix_exam_makeup_of_id'))
        batch_op.drop_column('shuffle_sections')
        batch_op.drop_column('device_approval')
        batch_op.drop_column('mark_difference')
        batch_op.drop_column('second_mark_percent')
        batch_op.drop_column('seated')
        batch_op.drop_column('makeup_of_id')
        batch_op.drop_column('valid_years')
        batch_op.drop_column('minimums')
        batch_op.drop_column('outcome')
        batch_op.drop_column('earliest_minutes')
        batch_op.drop_column('entry_minutes')

    for review, rest in REVIEWS.items():
        op.execute(
            f"UPDATE exam SET review = '{review}' WHERE CAST(release AS text) LIKE '%\"explanations\": \"{rest}\"%'"
        )
    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.drop_column('appeal_days')
        batch_op.drop_column('released_at')
        batch_op.drop_column('release')

    # Of parallel papers the first stays the exam's.
    op.execute(
        'UPDATE exam SET paper_id = (SELECT f.paper_id FROM exam_form f WHERE f.exam_id = exam.id AND f.number = 1)'
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_attempt_sitting_id_sitting'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_attempt_sitting_id'))
        batch_op.drop_column('closes_at')
        batch_op.drop_column('open_book')
        batch_op.drop_column('medium')
        batch_op.drop_column('sitting_id')

    with op.batch_alter_table('allowance', schema=None) as batch_op:
        batch_op.drop_column('open_book')
        batch_op.drop_column('closes_at')
        batch_op.drop_column('opens_at')

    op.drop_table('takeover')
    op.drop_table('presence')
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mark_grader_id'))

    op.drop_table('mark')
    op.drop_table('device_request')
    op.drop_table('appeal')
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_seat_person_id'))

    op.drop_table('seat')
    with op.batch_alter_table('regrade', schema=None) as batch_op:
        batch_op.drop_index('uq_regrade_open')
        batch_op.drop_index(batch_op.f('ix_regrade_version_id'))
        batch_op.drop_index(batch_op.f('ix_regrade_exam_id'))

    op.drop_table('regrade')
    with op.batch_alter_table('invigilator', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invigilator_person_id'))

    op.drop_table('invigilator')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incident_sitting_id'))
        batch_op.drop_index(batch_op.f('ix_incident_person_id'))
        batch_op.drop_index(batch_op.f('ix_incident_exam_id'))

    op.drop_table('incident')
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sitting_exam_id'))

    op.drop_table('sitting')
    with op.batch_alter_table('group_allowance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_allowance_exam_id'))

    op.drop_table('group_allowance')
    with op.batch_alter_table('grader', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_grader_person_id'))

    op.drop_table('grader')
    with op.batch_alter_table('exam_form', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exam_form_paper_id'))

    op.drop_table('exam_form')
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_announcement_exam_id'))

    op.drop_table('announcement')
