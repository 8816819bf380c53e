"""From solution notebooks to chapters: executed, built, updated, with the answers of a learner kept."""
