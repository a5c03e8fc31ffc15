def test_the_small_municipality_can_be_made(centre):
    assert centre.lindang.groups.count() == 3
