"""What happens to pods while the watches stand still."""

from rig import learned, stories


def test_a_pod_that_goes_and_is_replaced_unseen(trial):
    fraud = stories.fraud_of(trial)

    def harm():
        trial.proxy.arm({"when": {"verb": "write", "moment": "after"}, "do": {"freeze": "15s"}})
        trial.proxy.wait_fault(60, count=2)
        stable = fraud.status()["stable"]["revision"]
        trial.ns.kubectl("delete", "pod", "--wait=false", fraud.pods(stable)[0]["metadata"]["name"])
    learned.check_same_end("promote", learned.observe_harmed(trial, harm))
