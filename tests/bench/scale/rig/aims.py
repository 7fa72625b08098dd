"""What is aimed at. Some aims were set for one number of ModelDeployments only."""

BASE_MEGABYTES = 25
MEGABYTES = {1000: 60, 10000: 350}
PEAK = 1.5  # of the memory at rest
TIMES_THE_BARE_LOOP = {1000: 1.25}
SECONDS_TO_FIRST_WRITE = {1000: 0.1}  # p99, the others at rest
WRITES_OF_FIVE_STEPS = 31  # and one a minute for evidence

# Argo Rollouts, measured in the same way: 1,000 objects of two pods, three steps without pauses, took 211 s, 0.072 CPU
# seconds and 16.2 requests each, with 170 MB. A third of the time, a fifth of the rest.
THREE_STEPS = {"seconds": {1000: 211 / 3}, "processor": 0.072 / 5, "peak": {1000: 170 / 5}}
