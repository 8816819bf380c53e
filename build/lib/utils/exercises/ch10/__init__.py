"""Chapter 10, softmax beyond classification: its exercises, in their order."""

from utils.exercises.ch10.e1_attention import attention
from utils.exercises.ch10.e2_lead_needed import lead_needed
from utils.exercises.ch10.e3_streaming_cross_entropy import streaming_cross_entropy
from utils.exercises.ch10.e4_with_top_k import with_top_k
from utils.exercises.ch10.e5_with_top_p import with_top_p
from utils.exercises.ch10.e6_gumbel_max import gumbel_max
from utils.exercises.ch10.e7_can_win import can_win
from utils.exercises.ch10.e8_sparsemax import sparsemax

EXERCISES = (attention, lead_needed, streaming_cross_entropy, with_top_k, with_top_p, gumbel_max, can_win, sparsemax)
