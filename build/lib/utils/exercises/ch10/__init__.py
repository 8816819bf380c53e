"""Chapter 10, softmax beyond classification: its exercises, in their order."""

from utils.exercises.ch10.e1_attention import attention
from utils.exercises.ch10.e2_lead_needed import lead_needed
from utils.exercises.ch10.e3_streaming_cross_entropy import streaming_cross_entropy
from utils.exercises.ch10.e4_with_top_k import with_top_k
from utils.exercises.ch10.e5_with_top_p import with_top_p
from utils.exercises.ch10.e6_min_p import min_p
from utils.exercises.ch10.e7_gumbel_max import gumbel_max
from utils.exercises.ch10.e8_sparsemax import sparsemax
from utils.exercises.ch10.e9_can_win import can_win
from utils.exercises.ch10.e10_ten_faults import ten_faults

EXERCISES = (
    attention,
    lead_needed,
    streaming_cross_entropy,
    with_top_k,
    with_top_p,
    min_p,
    gumbel_max,
    sparsemax,
    can_win,
    ten_faults,
)
