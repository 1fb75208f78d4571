"""The exercises nobody has drawn yet: this list shrinks until it is empty. By category, in the library's order."""

NOT_DRAWN_YET = {
    # anti_rotation
    "pallof_split",
    "half_kneel_chop",
    "suitcase_carry",
    # core
    "plank_leg_lift",
    "side_plank_knees",
    "bird_dog",
    # dynamic_warmup
    "brisk_walk_wu",
    "a_march",
    # eccentric_hamstring
    "hip_hinge_drill",
    "askling_extender",
    "askling_diver",
    "askling_glider",
    "slider_curl_ecc_dl",
    "slider_curl_sl",
    "swiss_ball_curl",
    "prone_curl_machine",
    "razor_curl",
    "ghr_assisted",
    "rdl_split",
    "back_extension_45",
    "slb_reps",
    # glute
    "hip_thrust_single",
    "pelvic_hike",
    "split_squat",
    "bulgarian_split_squat",
    "single_leg_squat",
    # hamstring_isometric
    "iso_heel_dig",
    "iso_prone_curl_90",
    "iso_bridge_short_dl",
    "iso_bridge_long_dl",
    "iso_bridge_long_sl",
    "iso_split_hinge",
    "roman_chair_hold",
    # mobility
    "hip_flexor_half_kneel",
    "couch_stretch",
    "quad_prone_stretch",
    "worlds_greatest",
    "active_knee_ext_90",
    "neural_slider",
    "ankle_rock",
    "mobility_flow",
    # plyometric
    "pogo_single",
    "squat_jump",
    "hop_forward",
    "bounding",
    "kb_swing",
    # running_drill
    "dribbles",
    "b_skip",
    "strides_70",
    "strides_90",
    "hill_strides",
}
