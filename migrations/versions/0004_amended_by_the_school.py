"""what a citation knew, what a school changed in a clause, and who had sent what was given back"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('at', sa.BigInteger(), nullable=False, server_default='0'))
    # Until now a version knew of its clauses what was known when it was written.
    op.execute(
        'UPDATE citation SET at = (SELECT created_at FROM question_version v WHERE v.id = citation.version_id)'
    )

    op.create_table('amendment',
    sa.Column('clause_id', sa.Integer(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('filed_text', sa.Text(), nullable=False),
    sa.Column('filed_revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['person.id'], name=op.f('fk_amendment_by_person')),
    sa.ForeignKeyConstraint(['clause_id'], ['clause.id'], name=op.f('fk_amendment_clause_id_clause'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('clause_id', name=op.f('pk_amendment'))
    )

    with op.batch_alter_table('question_comment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sent_by', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_question_comment_sent_by_person'), 'person', ['sent_by'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('question_comment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_question_comment_sent_by_person'), type_='foreignkey')
        batch_op.drop_column('sent_by')
    op.drop_table('amendment')
    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.drop_column('at')
