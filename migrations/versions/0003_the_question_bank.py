"""the question bank"""

import json
from datetime import UTC, datetime
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

from app.domain.likeness import bands, shingles
from app.domain.questions import normalise

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

WORD = sa.table('version_word', sa.column('word', sa.Text), sa.column('version_id', sa.Integer))
BAND = sa.table('version_band', sa.column('value', sa.BigInteger), sa.column('version_id', sa.Integer))


def upgrade() -> None:
    op.create_table('picture',
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('mime', sa.Text(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_picture'))
    )
    op.create_table('question_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('source', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('finished_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_question_import_created_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_import')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('question_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_import_created_by'), ['created_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_import_state'), ['state'], unique=False)

    op.create_table('wording',
    sa.Column('clause_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['clause_id'], ['clause.id'], name=op.f('fk_wording_clause_id_clause'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('clause_id', 'revision', name=op.f('pk_wording'))
    )
    op.create_table('question_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('asks', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['person.id'], name=op.f('fk_question_comment_by_person')),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_question_comment_version_id_question_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_comment'))
    )
    with op.batch_alter_table('question_comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_comment_version_id'), ['version_id'], unique=False)

    op.create_table('bank_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ordered_at', sa.BigInteger(), nullable=False),
    sa.Column('ordered_by', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.BigInteger(), nullable=True),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['ordered_by'], ['person.id'], name=op.f('fk_bank_check_ordered_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_check'))
    )
    op.create_table('version_word',
    sa.Column('word', sa.Text(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_version_word_version_id_question_version')),
    sa.PrimaryKeyConstraint('word', 'version_id', name=op.f('pk_version_word')),
    sqlite_with_rowid=False
    )
    op.create_table('version_band',
    sa.Column('value', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_version_band_version_id_question_version')),
    sa.PrimaryKeyConstraint('value', 'version_id', name=op.f('pk_version_band'))
    )
    with op.batch_alter_table('version_band', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_version_band_version_id'), ['version_id'], unique=False)

    op.create_table('question_import_item',
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('faults', sa.JSON(), nullable=False),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('like_id', sa.Integer(), nullable=True),
    sa.Column('question_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['question_import.id'], name=op.f('fk_question_import_item_import_id_question_import'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['like_id'], ['question.id'], name=op.f('fk_question_import_item_like_id_question')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_import_item_question_id_question')),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_question_import_item'))
    )
    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))

    with op.batch_alter_table('clause', schema=None) as batch_op:
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('superseded_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('superseded_at', sa.BigInteger(), nullable=True))

    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('reviewed_at', sa.BigInteger(), nullable=False, server_default='0'))

    with op.batch_alter_table('paper', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('reviewed_at', sa.BigInteger(), nullable=False, server_default='0'))

    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.add_column(sa.Column('newest_version_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('review_on', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_question_newest_version_id'), ['newest_version_id'], unique=False)

    with op.batch_alter_table('question_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('prompts', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('parts', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('level', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('tags', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('pictures', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('recipe', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('submitted_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('submitted_by', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('approved_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('approved_by', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_question_version_submitted_by_person'), 'person', ['submitted_by'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_question_version_approved_by_person'), 'person', ['approved_by'], ['id'])

    with op.batch_alter_table('rule_set', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ordered', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('effective', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('superseded_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('superseded_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('superseded_at', sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_rule_set_superseded_by_id_rule_set'), 'rule_set', ['superseded_by_id'], ['id'])

    _fill()


def _fill() -> None:
    """Every question in the bank has been in use until now."""
    connection = op.get_bind()
    now = int(datetime.now(UTC).timestamp()) * 1_000_000
    connection.execute(
        sa.text('INSERT INTO wording (clause_id, revision, text, since) SELECT id, 1, text, :now FROM clause'),
        {'now': now},
    )
    for table in ('course', 'paper'):
        connection.execute(sa.text(f'UPDATE {table} SET reviewed_at = :now'), {'now': now})  # noqa: S608
    connection.execute(
        sa.text(
            'UPDATE question SET newest_version_id = (SELECT v.id FROM question_version v '
            'WHERE v.question_id = question.id ORDER BY v.number DESC LIMIT 1)'
        )
    )
    connection.execute(
        sa.text(
            'UPDATE question_version SET submitted_at = created_at, submitted_by = created_by, '
            'approved_at = created_at, approved_by = created_by'
        )
    )
    versions = connection.execute(sa.text('SELECT id, stem, options FROM question_version')).all()
    for version_id, stem, options in versions:
        _index(version_id, stem, json.loads(options) if isinstance(options, str) else options)


def _index(version_id: int, stem: str, options: list[str]) -> None:
    """What versions are found by. Both functions promise the same result for ever."""
    words = {''.join(pair) for pair in pairwise(normalise(stem))}
    values = set(bands(shingles([stem, *options])))
    for table, name, found in ((WORD, 'word', words), (BAND, 'value', values)):
        if found:
            op.bulk_insert(table, [{name: one, 'version_id': version_id} for one in found])


def downgrade() -> None:
    with op.batch_alter_table('rule_set', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_rule_set_superseded_by_id_rule_set'), type_='foreignkey')
        batch_op.drop_column('superseded_at')
        batch_op.drop_column('superseded_by_id')
        batch_op.drop_column('superseded_on')
        batch_op.drop_column('effective')
        batch_op.drop_column('ordered')

    with op.batch_alter_table('question_version', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_question_version_approved_by_person'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_question_version_submitted_by_person'), type_='foreignkey')
        batch_op.drop_column('approved_by')
        batch_op.drop_column('approved_at')
        batch_op.drop_column('submitted_by')
        batch_op.drop_column('submitted_at')
        batch_op.drop_column('recipe')
        batch_op.drop_column('pictures')
        batch_op.drop_column('tags')
        batch_op.drop_column('level')
        batch_op.drop_column('parts')
        batch_op.drop_column('prompts')

    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_newest_version_id'))
        batch_op.drop_column('review_on')
        batch_op.drop_column('newest_version_id')

    with op.batch_alter_table('paper', schema=None) as batch_op:
        batch_op.drop_column('reviewed_at')
        batch_op.drop_column('review_on')

    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.drop_column('reviewed_at')
        batch_op.drop_column('review_on')

    with op.batch_alter_table('clause', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.drop_column('superseded_at')
        batch_op.drop_column('superseded_on')
        batch_op.drop_column('revision')

    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.drop_column('revision')

    op.drop_table('version_word')
    op.drop_table('question_import_item')
    with op.batch_alter_table('version_band', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_version_band_version_id'))

    op.drop_table('version_band')
    op.drop_table('bank_check')
    with op.batch_alter_table('question_comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_comment_version_id'))

    op.drop_table('question_comment')
    op.drop_table('wording')
    with op.batch_alter_table('question_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_import_state'))
        batch_op.drop_index(batch_op.f('ix_question_import_created_by'))

    op.drop_table('question_import')
    op.drop_table('picture')
