"""The exercises nobody has drawn yet: this list shrinks until it is empty. By category, in the library's order."""

NOT_DRAWN_YET = {
    # calf_isometric
    "iso_wall_push",
    "iso_seated_soleus",
    "iso_double_mid",
    "iso_single_mid",
    "iso_bent_single",
    # calf_mobility
    "ankle_pumps",
    "calf_stretch_bent",
    "calf_ankle_rock",
    "big_toe_ext",
    "foot_short",
    # calf_plyometric
    "jump_rope_easy",
    "calf_pogo_single",
    "hop_lateral_line",
    "bound_uphill_easy",
    # calf_roll
    "foam_calf",
    "ball_foot_sole",
    "foam_shin_side",
    # calf_running
    "calf_strides_70",
    "calf_strides_90",
    "calf_hill_strides",
    # calf_strength
    "seated_heel_raise",
    "double_heel_raise",
    "double_bent_heel_raise",
    "two_up_one_down",
    "single_bent_heel_raise",
    "step_heel_drop",
    "loaded_single_heel_raise",
    "loaded_bent_heel_raise",
    "heavy_step_raise",
    # cooldown
    "cooldown_walk",
    "cooldown_jog",
    "breathing_90_90",
    "easy_bike",
    # foam_roll
    "foam_glute",
    "foam_hip_flexor",
    "trigger_ball",
    "massage_gun",
    # gait_cue
    "cue_cadence",
    "cue_shorten_stride",
    "cue_land_under",
    "cue_level_pelvis",
    "cue_tall_ribs",
    "cue_film",
}
