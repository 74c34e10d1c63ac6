"""A statement that was taken back counts nowhere, whoever took it back."""

from leadline.privacy.viewer import Role
from story.world import World


def test_a_void_by_a_stranger_to_the_viewer_counts_for_the_viewer(world: World) -> None:
    world.person("ana", unit="Org/North")
    for ben in world.people("ben", 12, unit="Org/North", manager="ana"):
        world.says(ben, "completed", "course/fire")
        mistake = world.says(ben, "experienced", "course/fire")
    world.voids(mistake)  # said by the system, which no manager covers
    ana = world.viewer("ana", Role.HR_MANAGER, unit="Org/North")
    everybody = world.measure("statements").results[0]
    north = world.measure("statements", as_=ana).results[0]
    assert everybody.estimate == north.estimate == 23
