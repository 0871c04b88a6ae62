"""The round trip of real event logs."""
from round_trip import same_again
from tools import ROOT, data


def log(place, name, *flags):
    folder = place.folder()
    folder.import_(data(f"events/{name}"), *flags)
    same_again(place, folder)


def check_running_example(place):
    log(place, "running-example.csv")


def check_receipt_csv(place):
    log(place, "receipt.csv")


def check_receipt_xes(place):
    log(place, "receipt.xes.gz")


def check_road_traffic(place):
    log(place, "roadtraffic100traces.xes")


def check_bpic2013(place):
    log(place, "bpic2013_incidents.xes.gz")


def check_complaints(place):
    log(place, "BPI2016_Complaints.csv", "--mapping", ROOT / "examples/mappings/bpi2016-complaints.json")


def check_clicks(place):
    log(place, "BPI2016_Clicks_NOT_Logged_In_sample1000.csv", "--mapping",
        ROOT / "examples/mappings/bpi2016-clicks.json")
